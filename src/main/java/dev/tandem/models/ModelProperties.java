package dev.tandem.models;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What may be registered.
 *
 * @param roots folders and {@code s3://bucket/prefix} that addresses may name, and what lies below them; none unless
 *     configured
 * @param maxFileSize of one file of a model
 */
@ConfigurationProperties("tandem.models")
public record ModelProperties(
        @DefaultValue List<String> roots,
        @DefaultValue("1TB") DataSize maxFileSize,
        @DefaultValue S3 s3) {

    /**
     * How S3 is reached. Credentials come from the SDK's own chain and never from here.
     *
     * @param endpoint another server than AWS
     * @param region the chain's unless set
     * @param pathStyle whether the bucket stands in the path, as most servers other than AWS want it
     * @param timeout for a connection, and for a silence of one that is open
     */
    public record S3(
            @Nullable URI endpoint,
            @Nullable String region,
            @DefaultValue("false") boolean pathStyle,
            @DefaultValue("30s") Duration timeout) {}
}
