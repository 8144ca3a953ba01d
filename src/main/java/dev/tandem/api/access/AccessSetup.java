package dev.tandem.api.access;

import dev.tandem.security.Audit;
import dev.tandem.security.Callers;
import dev.tandem.security.Gate;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** The filters that every request goes through. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LimitProperties.class)
class AccessSetup {

    private final Gate gate;
    private final FilterProblems problems;

    AccessSetup(Gate gate, FilterProblems problems) {
        this.gate = gate;
        this.problems = problems;
    }

    @Bean
    @Order(1)
    SecurityFilterChain open(HttpSecurity http) {
        return stateless(http)
                .securityMatcher(AccessRule.OPEN)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain api(
            HttpSecurity http,
            AuthenticationManager credentials,
            Callers callers,
            Audit audit,
            LimitProperties limits) {
        stateless(http);
        var trail = new AuditTrail(audit, callers);
        if (!gate.isGuarded()) {
            return http.addFilterBefore(trail, ExceptionTranslationFilter.class)
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
        var rates = new Rates(limits);
        return http.oauth2ResourceServer(tokens -> tokens.authenticationManagerResolver(request -> credentials)
                        .authenticationEntryPoint(problems.limiting(rates))
                        .accessDeniedHandler(problems))
                .exceptionHandling(each ->
                        each.authenticationEntryPoint(problems.limiting(rates)).accessDeniedHandler(problems))
                .addFilterAfter(new RateLimit(rates, callers, problems), BearerTokenAuthenticationFilter.class)
                .addFilterAfter(trail, RateLimit.class)
                .authorizeHttpRequests(requests -> {
                    // What goes on after a stream's end or to the error page was let in before.
                    requests.dispatcherTypeMatchers(
                                    DispatcherType.ASYNC,
                                    DispatcherType.ERROR,
                                    DispatcherType.FORWARD,
                                    DispatcherType.INCLUDE)
                            .permitAll();
                    AccessRule.ALL.forEach(rule -> requests.requestMatchers(rule.matcher())
                            .hasAuthority(rule.scope().name()));
                    requests.anyRequest().denyAll();
                })
                .build();
    }

    /** No sessions and no cookies, so no other site's page can ride on them either. */
    private HttpSecurity stateless(HttpSecurity http) {
        http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(problems.catching(), SecurityContextHolderFilter.class);
        if (!gate.isGuarded()) {
            http.addFilterBefore(new LocalOnly(problems), SecurityContextHolderFilter.class);
        }
        return http;
    }

    /** An address with tricks in it, as {@code //} or {@code %2e}. */
    @Bean
    RequestRejectedHandler rejected() {
        return problems::answer;
    }
}
