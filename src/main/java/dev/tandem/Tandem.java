package dev.tandem;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service: REST API and scheduler. */
@SpringBootApplication
public class Tandem {

    public static void main(String[] args) {
        SpringApplication.run(Tandem.class, args);
    }
}
