package dev.tandem;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class ModulesTest {

    @Test
    void roomsKeepToTheirDoors() {
        ApplicationModules.of(TandemServer.class).verify();
    }
}
