package dev.tandem.api.description;

import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/** Describes the types of one record's fields; null is allowed where {@link Nullable} stands, within lists and maps too. */
record TypeSchemas(ResolvableType owner, ModelConverterContext context) {

    /** @param request whether one value stands for a list of one, as {@code dev.tandem.spec.Form} reads it */
    Schema<?> of(AnnotatedType annotated, boolean request) {
        Schema<?> schema = notNull(annotated, request);
        return annotated.isAnnotationPresent(Nullable.class) ? nullable(schema) : schema;
    }

    private Schema<?> notNull(AnnotatedType annotated, boolean request) {
        ResolvableType type = resolved(annotated.getType());
        Class<?> raw = type.toClass();
        if (annotated instanceof AnnotatedParameterizedType generic) {
            AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                return list(of(arguments[0], request), request);
            }
            if (Map.class.isAssignableFrom(raw)) {
                var map = new JsonSchema();
                map.addType("object");
                map.setAdditionalProperties(of(arguments[1], request));
                return map;
            }
        }
        if (raw == Object.class) {
            return new JsonSchema();
        }
        return request && raw.isEnum()
                ? word(raw)
                : copy(context.resolve(
                        new io.swagger.v3.core.converter.AnnotatedType(type.getType()).resolveAsRef(true)));
    }

    private ResolvableType resolved(Type type) {
        TypeVariable<?>[] variables = owner.toClass().getTypeParameters();
        for (int i = 0; i < variables.length; i++) {
            if (variables[i].equals(type)) {
                return owner.getGeneric(i);
            }
        }
        return ResolvableType.forType(type);
    }

    /** What the context answers is shared by all who ask for that type. */
    private static Schema<?> copy(Schema<?> shared) {
        if (shared.get$ref() != null || shared.getTypes() == null) {
            return shared;
        }
        var copy = new JsonSchema();
        shared.getTypes().forEach(copy::addType);
        copy.setFormat(shared.getFormat());
        copy.setItems(shared.getItems());
        copy.setAdditionalProperties(shared.getAdditionalProperties());
        return copy;
    }

    private static Schema<?> list(Schema<?> items, boolean request) {
        var list = new JsonSchema();
        list.addType("array");
        list.setItems(items);
        return request && items.get$ref() == null ? either(list, items) : list;
    }

    private static Schema<?> word(Class<?> raw) {
        var word = new JsonSchema();
        word.addType("string");
        word.setEnum(Arrays.stream(raw.getEnumConstants())
                .<Object>map(each -> ((Enum<?>) each).name().toLowerCase(Locale.ROOT))
                .toList());
        return word;
    }

    private static Schema<?> nullable(Schema<?> schema) {
        Set<String> types = schema.getTypes();
        if (schema.get$ref() == null && types != null && schema.getEnum() == null) {
            schema.addType("null");
            return schema;
        }
        var none = new JsonSchema();
        none.addType("null");
        return types == null && schema.get$ref() == null && schema.getAnyOf() == null ? schema : either(schema, none);
    }

    private static Schema<?> either(Schema<?> one, Schema<?> other) {
        var either = new JsonSchema();
        either.setAnyOf(List.of(one, other));
        return either;
    }
}
