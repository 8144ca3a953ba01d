package dev.tandem.api;

import dev.tandem.home.TandemHome;
import jakarta.servlet.MultipartConfigElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Parts of uploads arrive on the disk where they will stay: a system's folder for temporary files is often too small. */
@Configuration(proxyBeanMethods = false)
class UploadParts {

    @Bean
    MultipartConfigElement multipartConfig(TandemHome home, MultipartProperties properties) throws IOException {
        Path folder = Files.createDirectories(home.uploads());
        properties.setLocation(folder.toString());
        return properties.createMultipartConfig();
    }
}
