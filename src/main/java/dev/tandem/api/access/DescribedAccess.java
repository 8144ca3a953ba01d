package dev.tandem.api.access;

import dev.tandem.security.Scope;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;

/** Says of every operation which scope it needs, by the rules that the filters hold. */
@Component
class DescribedAccess implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI api) {
        api.getPaths()
                .forEach((path, item) -> item.readOperationsMap()
                        .forEach((method, operation) -> AccessRule.scopeOf(HttpMethod.valueOf(method.name()), path)
                                .ifPresent(scope -> describe(operation, scope))));
    }

    private static void describe(Operation operation, Scope scope) {
        String needs = "Needs the scope `%s`.".formatted(scope.word());
        String known = operation.getDescription();
        operation.setDescription(known == null || known.isBlank() ? needs : known + " " + needs);
    }
}
