package dev.tandem.launcher;

import dev.tandem.home.TandemHome;
import java.util.HashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** Workers are child processes of the server. */
@Configuration(proxyBeanMethods = false)
class LocalWorkers {

    @Bean
    WorkerLauncher localLauncher(TandemHome home, WorkerCommand command) {
        return new LocalLauncher(home.workers(), home.processes(), home.logs(), command);
    }

    @Bean
    Machine thisMachine(WorkerProcessProperties properties) {
        return Machine.of(properties);
    }

    @Bean
    @Fallback
    WorkerCommand workerCommand(
            TandemHome home, WorkerProcessProperties properties, Machine machine, WorkerMemory memory) {
        var environment = new HashMap<>(machine.threading(properties.threads()));
        environment.putAll(memory.environment());
        return new WorkerCommand(ThisProgram.command(properties.heap(), home.workerClasses(), "worker"), environment);
    }
}
