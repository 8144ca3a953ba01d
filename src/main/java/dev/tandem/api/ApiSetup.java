package dev.tandem.api;

import dev.tandem.security.Caller;
import dev.tandem.security.Project;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** How Spring MVC reads requests here, and the cover page of the API description. */
@Configuration(proxyBeanMethods = false)
class ApiSetup implements WebMvcConfigurer {

    private final CallerArgument caller;

    ApiSetup(CallerArgument caller) {
        this.caller = caller;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(caller);
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Project.class, Caller.class); // no part of a request
    }

    @Override
    public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
        builder.addCustomConverter(new JsonBodyReader());
        // Comes with the library that writes the description; requests that it read were never checked.
        builder.configureMessageConvertersList(
                all -> all.removeIf(each -> each.getSupportedMediaTypes().contains(MediaType.APPLICATION_YAML)));
    }

    @Override
    public void addInterceptors(InterceptorRegistry interceptors) {
        interceptors.addInterceptor(new ContentTypeCheck());
        interceptors.addInterceptor(new QueryCheck(true)).addPathPatterns("/api/v1/**");
        interceptors.addInterceptor(new QueryCheck(false)).addPathPatterns("/v1/**", "/api/2.0/**");
    }

    private static SecurityScheme bearer() {
        return new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(
                        "An API key, tdm_..., or a token of the identity provider; none while no security is configured.");
    }

    @Bean
    OpenAPI description() {
        return new OpenAPI()
                .info(new Info()
                        .title("Tandem")
                        .version("v1")
                        .description(
                                "Trains language models on human preferences. Errors are problem details (RFC 9457)."))
                .components(new Components().addSecuritySchemes("bearer", bearer()))
                .addSecurityItem(new SecurityRequirement().addList("bearer"));
    }
}
