package dev.tandem.api.description;

import io.swagger.v3.oas.models.Operation;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.web.method.HandlerMethod;

/** Names operations by class and method, as in {@code jobsSubmit}: clients that are generated keep their names. */
@Component
public class OperationNames implements OperationCustomizer {

    @Override
    public Operation customize(Operation operation, HandlerMethod method) {
        return operation.operationId(of(method));
    }

    public static String of(HandlerMethod method) {
        String room = method.getBeanType().getSimpleName().replaceFirst("Api$", "");
        return StringUtils.uncapitalize(room)
                + StringUtils.capitalize(method.getMethod().getName());
    }
}
