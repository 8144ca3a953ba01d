package dev.tandem;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The service: REST API and scheduler. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class TandemServer {

    public static void main(String[] args) {
        SpringApplication.run(TandemServer.class, args);
    }
}
