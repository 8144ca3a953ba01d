package dev.tandem.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import tools.jackson.databind.JsonNode;

/** A user who asks whichever server answers, again and again, as official clients do. */
final class Client {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final List<ServerProcess> servers;
    private final RestClient http;
    private final RestClient hasty;

    Client(List<ServerProcess> servers) {
        this.servers = servers;
        this.http = http(Duration.ofSeconds(10));
        this.hasty = http(Duration.ofSeconds(3)); // one of the servers may be stopped
    }

    private static RestClient http(Duration patience) {
        var requests = new JdkClientHttpRequestFactory();
        requests.setReadTimeout(patience);
        return RestClient.builder().requestFactory(requests).build();
    }

    /** The data and model of one kind, which every job of it names. */
    Map<String, Object> inputs(Kind kind) throws IOException {
        MultiValueMap<String, Object> model = new LinkedMultiValueMap<>();
        model.add("name", kind.word());
        try (Stream<Path> files = Files.list(kind.model())) {
            files.filter(file -> !String.valueOf(file.getFileName()).startsWith("expected."))
                    .forEach(file -> model.add("files", new FileSystemResource(file)));
        }
        upload("models", model);
        var inputs =
                new HashMap<String, Object>(Map.of("model", kind.word(), "dataset", dataset(kind.dataset(), kind)));
        if (kind.evaluates()) {
            inputs.put("eval_dataset", dataset(kind.evalDataset(), kind));
        }
        return inputs;
    }

    private String dataset(Path file, Kind kind) {
        MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
        form.add("name", kind.word() + "-" + file.getFileName());
        form.add("file", new FileSystemResource(file));
        return upload("datasets", form).get("id").asString();
    }

    private JsonNode upload(String what, MultiValueMap<String, Object> form) {
        RestClient patient = http(PATIENCE); // nothing is broken yet, only slow
        return answer(server -> patient.post()
                .uri(server.api() + what)
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .body(form)
                .retrieve()
                .body(JsonNode.class));
    }

    /** The key makes one job of all tries. */
    String submit(Map<String, Object> request, String key) {
        return answer(server -> http.post()
                        .uri(server.api() + "jobs")
                        .header("Idempotency-Key", key)
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(request)
                        .retrieve()
                        .body(JsonNode.class))
                .get("id")
                .asString();
    }

    JsonNode job(String id) {
        return answer(server -> get(http, server, id));
    }

    /** Without patience: empty if no server answers now. */
    Optional<JsonNode> jobIfReachable(String id) {
        return servers.stream()
                .flatMap(server -> ask(server, s -> get(hasty, s, id), Long.MAX_VALUE).stream())
                .findFirst();
    }

    private static @Nullable JsonNode get(RestClient http, ServerProcess server, String id) {
        return http.get().uri(server.api() + "jobs/" + id).retrieve().body(JsonNode.class);
    }

    /** @return whether the job could do it; one that is over cannot be paused */
    boolean wish(String id, String wish) {
        try {
            answer(server -> http.post()
                    .uri(server.api() + "jobs/" + id + "/" + wish)
                    .retrieve()
                    .body(JsonNode.class));
            return true;
        } catch (HttpClientErrorException.BadRequest e) {
            return false;
        }
    }

    private JsonNode answer(Function<ServerProcess, @Nullable JsonNode> request) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (ServerProcess server : servers) {
                Optional<JsonNode> answer = ask(server, request, deadline);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            Chaos.pause(Duration.ofMillis(100));
        }
    }

    private static Optional<JsonNode> ask(
            ServerProcess server, Function<ServerProcess, @Nullable JsonNode> request, long deadline) {
        try {
            return Optional.of(Objects.requireNonNull(request.apply(server)));
        } catch (HttpClientErrorException e) {
            throw e;
        } catch (RestClientException e) {
            if (System.nanoTime() > deadline) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
