package dev.tandem.datasets;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What may be uploaded.
 *
 * @param maxFileSize of one dataset file, as it is sent
 * @param maxUnpackedSize of one dataset file, once it is unpacked
 */
@ConfigurationProperties("tandem.datasets")
public record DatasetProperties(
        @DefaultValue("20GB") DataSize maxFileSize,
        @DefaultValue("40GB") DataSize maxUnpackedSize) {}
