package dev.tandem;

import dev.tandem.launcher.WorkerCommand;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Workers that follow the script in their data instead of training. */
@TestConfiguration(proxyBeanMethods = false)
class ScriptedWorkers {

    @Bean
    WorkerCommand scriptedWorker() {
        return new WorkerCommand(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tandem.worker.ScriptedJob"));
    }
}
