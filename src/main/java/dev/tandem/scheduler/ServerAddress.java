package dev.tandem.scheduler;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Where workers on this machine reach the server. The port is known only once the server listens. */
@Component
public class ServerAddress {

    private final @Nullable InetAddress configured;
    private volatile int port;

    ServerAddress(ServerProperties properties) {
        this.configured = properties.getAddress();
    }

    @EventListener
    void on(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) { // not the management server's
            port = event.getWebServer().getPort();
        }
    }

    public String url() {
        InetAddress host = configured;
        String name = host == null || host.isAnyLocalAddress() ? "127.0.0.1" : host.getHostAddress();
        return "http://%s:%d".formatted(name.contains(":") ? "[" + name + "]" : name, port);
    }
}
