package dev.tandem;

import dev.tandem.cli.Cli;
import dev.tandem.worker.Worker;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service: REST API and scheduler; with a command, a worker or the command line instead. */
@SpringBootApplication
public class Tandem {

    public static void main(String[] args) {
        switch (args.length == 0 ? "server" : args[0]) {
            case "worker" -> Worker.main(args);
            case "train", "--help", "-h" -> Cli.main(args);
            default -> SpringApplication.run(Tandem.class, args);
        }
    }
}
