package dev.tandem.scheduler;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The machine this server starts workers on. */
@Component
class Machine {

    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

    private final String name;
    private final int slots;

    Machine(SchedulerProperties properties) {
        this.name = properties.name() == null ? hostName() : properties.name();
        this.slots = properties.slots() == null ? Math.max(1, gpus()) : properties.slots();
    }

    String name() {
        return name;
    }

    int slots() {
        return slots;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.info("this machine has no host name, attempts call it localhost ({})", e.getMessage());
            return "localhost";
        }
    }

    private static int gpus() {
        try (Stream<Path> devices = Files.list(Path.of("/dev"))) {
            return (int)
                    devices.filter(device -> device.getFileName().toString().matches("nvidia\\d+"))
                            .count();
        } catch (IOException e) {
            LOG.warn("cannot look for GPUs in /dev; set tandem.worker.slots if there are some", e);
            return 0;
        }
    }
}
