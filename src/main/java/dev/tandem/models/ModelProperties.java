package dev.tandem.models;

import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What may be registered.
 *
 * @param roots folders that {@code file://} addresses may name, and folders below them; none unless configured
 * @param maxFileSize of one file of a model
 */
@ConfigurationProperties("tandem.models")
public record ModelProperties(
        @DefaultValue List<Path> roots, @DefaultValue("1TB") DataSize maxFileSize) {}
