package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** The parts of an upload, held against the parts it may have; a part that is not known, or there twice, is refused. */
public final class MultipartForm {

    private final MultipartHttpServletRequest request;

    /** @throws InvalidSpec naming the parts that are unknown, and {@code filePart} if there is no file in it */
    public MultipartForm(MultipartHttpServletRequest request, String filePart, String... textParts) {
        this.request = request;
        var known = new ArrayList<String>(List.of(filePart));
        known.addAll(Arrays.asList(textParts));
        var sent = new LinkedHashSet<>(request.getMultiFileMap().keySet());
        sent.addAll(request.getParameterMap().keySet());
        var problems = new ArrayList<FieldProblem>();
        sent.stream()
                .filter(part -> !known.contains(part))
                .map(part -> unknown(part, known))
                .forEach(problems::add);
        for (String part : textParts) {
            repetition(part).ifPresent(problems::add);
        }
        if (request.getFiles(filePart).isEmpty()) {
            problems.add(new FieldProblem(
                    filePart,
                    "missing",
                    "%s is missing; send at least one file in it, as curl does with -F %s=@file"
                            .formatted(filePart, filePart)));
        }
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
    }

    private static FieldProblem unknown(String part, List<String> known) {
        String wayOut = Form.nearest(part, known)
                .map("did you mean %s?"::formatted)
                .orElse("known are " + String.join(", ", known));
        return new FieldProblem(part, "unknown_field", "unknown field %s; %s".formatted(part, wayOut));
    }

    private Optional<FieldProblem> repetition(String part) {
        String[] sent = request.getParameterValues(part);
        return sent == null || sent.length < 2
                ? Optional.empty()
                : Optional.of(new FieldProblem(
                        part,
                        "wrong_type",
                        "%s may be given once, was \"%s\"".formatted(part, String.join("\" and \"", sent))));
    }

    public List<MultipartFile> files(String part) {
        return request.getFiles(part);
    }

    /** The text of a part; null if it was not sent. */
    public @Nullable String text(String part) {
        return request.getParameter(part);
    }

    /** @throws InvalidSpec if the text is not one of the words */
    public <E extends Enum<E>> E word(String part, Class<E> type, E fallback) {
        String text = text(part);
        if (text == null) {
            return fallback;
        }
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        int index = words.indexOf(text);
        if (index < 0) {
            throw new InvalidSpec(
                    part,
                    "invalid_value",
                    "%s must be one of %s, was \"%s\"".formatted(part, String.join(", ", words), text));
        }
        return type.getEnumConstants()[index];
    }
}
