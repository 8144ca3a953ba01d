package dev.tandem.api.access;

import dev.tandem.api.Problem;
import dev.tandem.api.mlflow.MlflowProblems;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What is answered to those who may not. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class AccessProblems {

    private static final String REALM = "Bearer realm=\"tandem\"";

    @ExceptionHandler
    ResponseEntity<Object> on(AuthenticationException e, HttpServletRequest request) {
        boolean shown = e instanceof OAuth2AuthenticationException;
        String detail =
                shown ? String.valueOf(e.getMessage()) : "this needs a key; send it as Authorization: Bearer tdm_...";
        return answer(
                HttpStatus.UNAUTHORIZED,
                shown ? "invalid_api_key" : "missing_api_key",
                detail,
                HttpHeaders.WWW_AUTHENTICATE,
                shown ? REALM + ", error=\"invalid_token\"" : REALM,
                "UNAUTHENTICATED",
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(AccessDeniedException e, HttpServletRequest request) {
        if (!(e instanceof AuthorizationDeniedException denied)) {
            return Problem.of(HttpStatus.FORBIDDEN, "forbidden", String.valueOf(e.getMessage()))
                    .answer(request, HttpHeaders.EMPTY);
        }
        String scope = denied.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision
                ? decision.getAuthorities().iterator().next().getAuthority().toLowerCase(java.util.Locale.ROOT)
                : "";
        return answer(
                HttpStatus.FORBIDDEN,
                "insufficient_scope",
                scope.isEmpty()
                        ? "there is nothing here for anyone; /swagger-ui.html shows what there is"
                        : "this needs the scope %s, which your key or token has not; an admin can make one that has"
                                .formatted(scope),
                HttpHeaders.WWW_AUTHENTICATE,
                REALM + ", error=\"insufficient_scope\"" + (scope.isEmpty() ? "" : ", scope=\"%s\"".formatted(scope)),
                "PERMISSION_DENIED",
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(Rates.TooMany e, HttpServletRequest request) {
        return answer(
                HttpStatus.TOO_MANY_REQUESTS,
                "rate_limit_exceeded",
                String.valueOf(e.getMessage()),
                HttpHeaders.RETRY_AFTER,
                String.valueOf(e.seconds()),
                "REQUEST_LIMIT_EXCEEDED",
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(RequestRejectedException e, HttpServletRequest request) {
        String detail =
                "the address or a header has characters in it that nothing here needs, as // or %2e; leave them out";
        return Problem.of(HttpStatus.BAD_REQUEST, "rejected_request", detail).answer(request, HttpHeaders.EMPTY);
    }

    private static ResponseEntity<Object> answer(
            HttpStatus status,
            String code,
            String detail,
            String header,
            String value,
            String mlflowCode,
            HttpServletRequest request) {
        var headers = new HttpHeaders();
        headers.set(header, value);
        Problem problem = Problem.of(status, code, detail);
        return request.getRequestURI().startsWith("/api/2.0/")
                ? MlflowProblems.answer(mlflowCode, problem, request, headers)
                : problem.answer(request, headers);
    }
}
