package dev.tandem.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Gives errors that never reached a controller, as those of a filter, the same form as all others. */
@Hidden
@RestController
class ErrorPage implements ErrorController {

    @RequestMapping("/error")
    @Nullable
    ResponseEntity<Object> error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return null; // an answer that breaks off must not end with another one
        }
        HttpStatusCode status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? HttpStatusCode.valueOf(code)
                : HttpStatus.NOT_FOUND;
        Object message = request.getAttribute(RequestDispatcher.ERROR_MESSAGE);
        String code = Problem.codeOf(status);
        // What a server error says is for the log, not for the caller.
        String detail = status.is5xxServerError()
                        || message == null
                        || String.valueOf(message).isBlank()
                ? "the request ended with status %d; see request id %s".formatted(status.value(), RequestId.of(request))
                : String.valueOf(message);
        return Problem.of(status, code, detail).answer(request, HttpHeaders.EMPTY);
    }
}
