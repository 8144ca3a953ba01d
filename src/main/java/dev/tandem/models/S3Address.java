package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bucket and a prefix in it, taken literally: nothing is decoded, and no segment is empty, a dot or two. */
record S3Address(String bucket, String prefix) {

    private static final String SCHEME = "s3://";
    private static final Pattern FORM =
            Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^?#\\\\\\p{Cntrl}]*))?");

    static boolean isOne(String uri) {
        return uri.startsWith(SCHEME);
    }

    /** @throws InvalidSpec if it is no such address */
    static S3Address of(String uri) {
        Matcher parts = FORM.matcher(uri);
        if (!parts.matches()) {
            throw malformed(uri);
        }
        String rest = parts.group(2) == null ? "" : parts.group(2);
        String prefix = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        if (!rest.isEmpty()
                && List.of(prefix.split("/", -1)).stream()
                        .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw malformed(uri);
        }
        return new S3Address(parts.group(1), prefix);
    }

    /** Whether this is the root or lies below it; {@code models-secret} does not lie below {@code models}. */
    boolean isWithin(S3Address root) {
        return bucket.equals(root.bucket) && folder().startsWith(root.folder());
    }

    /** What the keys of the files begin with. */
    String folder() {
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    private static InvalidSpec malformed(String uri) {
        return new InvalidSpec(
                "uri",
                "invalid_value",
                "uri must be like s3://bucket/prefix, without empty or dot segments, \"?\" and \"#\", was \"%s\""
                        .formatted(uri));
    }
}
