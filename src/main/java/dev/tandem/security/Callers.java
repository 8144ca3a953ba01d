package dev.tandem.security;

import org.springframework.stereotype.Component;

/** Knows who asks. */
@Component
public class Callers {

    public Caller current() {
        return Caller.ANYONE;
    }
}
