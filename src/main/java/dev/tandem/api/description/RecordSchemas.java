package dev.tandem.api.description;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JavaType;
import dev.tandem.spec.Form;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.stereotype.Component;

/**
 * Describes records as they are written and read: names in {@code snake_case}, null where {@link Nullable} stands, required
 * unless they may be left out. A record that has a constant of its own type is a request, which
 * {@link Form} reads: the constant says the default of each field, and an empty text means that there is none.
 */
@Component
class RecordSchemas implements ModelConverter {

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        ResolvableType record = resolvable(type.getType());
        Class<?> raw = record.resolve();
        if (raw == null || !raw.isRecord() || !raw.getName().startsWith("dev.tandem.") || describesItself(raw)) {
            return chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        }
        String name = name(record);
        if (!context.getDefinedModels().containsKey(name)) {
            var schema = new JsonSchema();
            schema.setName(name);
            schema.addType("object");
            context.defineModel(name, schema); // before its fields, which may be of this type too
            describe(raw, schema, new TypeSchemas(record, context));
        }
        var reference = new JsonSchema();
        reference.set$ref(name);
        return reference;
    }

    private static ResolvableType resolvable(Type type) {
        return type instanceof JavaType jackson
                ? ResolvableType.forClassWithGenerics(
                        jackson.getRawClass(),
                        jackson.getBindings().getTypeParameters().stream()
                                .map(RecordSchemas::resolvable)
                                .toArray(ResolvableType[]::new))
                : ResolvableType.forType(type);
    }

    private static void describe(Class<?> raw, JsonSchema schema, TypeSchemas types) {
        Map<String, @Nullable Object> defaults = defaults(raw).map(Form::write).orElse(Map.of());
        for (RecordComponent component : raw.getRecordComponents()) {
            String name = name(component);
            Object fallback = defaults.get(name);
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            Schema<?> property = types.of(component.getAnnotatedType(), !defaults.isEmpty());
            if (fallback != null && !"".equals(fallback) && property.get$ref() == null) {
                property.setDefault(fallback);
            }
            schema.addProperty(name, property);
            if (defaults.isEmpty() ? !(nullable && mayBeLeftOut(component)) : "".equals(fallback)) {
                schema.addRequiredItem(name);
            }
        }
    }

    /** By annotations of its own. */
    private static boolean describesItself(Class<?> raw) {
        return Arrays.stream(raw.getRecordComponents())
                .anyMatch(each ->
                        each.getAccessor().isAnnotationPresent(io.swagger.v3.oas.annotations.media.Schema.class));
    }

    private static Optional<Record> defaults(Class<?> raw) {
        return Arrays.stream(raw.getDeclaredFields())
                .filter(field -> field.getType() == raw)
                .findFirst()
                .map(field -> {
                    try {
                        field.setAccessible(true);
                        return (Record) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException("cannot read " + field, e);
                    }
                });
    }

    private static boolean mayBeLeftOut(RecordComponent component) {
        return nonNullOnly(component.getAccessor()) || nonNullOnly(component.getDeclaringRecord());
    }

    private static boolean nonNullOnly(AnnotatedElement element) {
        JsonInclude include = element.getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private static String name(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null ? Form.wireName(component.getName()) : property.value();
    }

    /** Records of one name in several places are told apart by where they are. */
    private static String name(ResolvableType record) {
        Class<?> raw = record.toClass();
        String outer =
                raw.getEnclosingClass() == null ? "" : raw.getEnclosingClass().getSimpleName();
        var name = new StringBuilder(outer + raw.getSimpleName());
        for (ResolvableType generic : record.getGenerics()) {
            name.append(
                    generic.toClass().isRecord()
                            ? name(generic)
                            : generic.toClass().getSimpleName());
        }
        return name.toString();
    }
}
