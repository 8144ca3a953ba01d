package dev.tandem.api.internal;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.WorkerReports;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Looks at the token before anything of the body is read: whoever has none cannot make the server read. */
@Component
class AttemptGuard implements HandlerInterceptor, WebMvcConfigurer {

    private final WorkerReports reports;

    AttemptGuard(WorkerReports reports) {
        this.reports = reports;
    }

    @Override
    public void addInterceptors(InterceptorRegistry interceptors) {
        interceptors.addInterceptor(this).addPathPatterns("/internal/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> path
                && path.containsKey("job")) {
            String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
            reports.requireToken(
                    attempt(path.get("job"), path.get("epoch")),
                    AttemptsApi.token(authorization == null ? "" : authorization));
        }
        return true;
    }

    private static AttemptId attempt(Object job, Object epoch) {
        try {
            return new AttemptId(String.valueOf(job), Long.parseLong(String.valueOf(epoch)));
        } catch (NumberFormatException e) {
            return new AttemptId(String.valueOf(job), -1); // no attempt has this number
        }
    }
}
