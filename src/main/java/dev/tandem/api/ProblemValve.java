package dev.tandem.api;

import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** Answers what is no request, before any servlet sees it, in the form of all other errors. */
final class ProblemValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemValve.class);

    /** In ASCII, so that the type needs no charset. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .build();

    @Override
    protected void report(Request request, Response response, @Nullable Throwable thrown) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        if (RequestId.of(request) == null) {
            RequestId.give(request, response);
        }
        HttpStatusCode code = HttpStatusCode.valueOf(status);
        String detail = "the request cannot be read as HTTP; check its address and headers";
        var problem = Problem.of(code, code.is5xxServerError() ? "internal_error" : Problem.codeOf(code), detail);
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(JSON.writeValueAsString(problem.body(request)));
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the client is gone before it heard of status {}", status, e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Place {

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTomcat() {
            return factory -> factory.addContextCustomizers(
                    context -> context.getParent().getPipeline().addValve(new ProblemValve()));
        }
    }
}
