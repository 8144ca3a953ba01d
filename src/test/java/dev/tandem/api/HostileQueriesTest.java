package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Queries, ranges and parts that no honest client sends are answered by a problem, at every address that takes any. */
@WholeApp
class HostileQueriesTest {

    @AutoClose
    final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    RequestMappingHandlerMapping requestMappingHandlerMapping;

    String job = "";
    String dataset = "";

    @BeforeEach
    void things() {
        dataset = scene.dataset("steps=1");
        job = scene.submit("steps=1").id();
    }

    /** Every address that is read, with each of its parameters. */
    private List<String> questions(String ending) {
        var questions = new ArrayList<String>();
        for (var entry : requestMappingHandlerMapping.getHandlerMethods().entrySet()) {
            if (isRead(entry.getKey())) {
                names(entry.getValue())
                        .forEach(name -> entry.getKey()
                                .getPatternValues()
                                .forEach(path -> questions.add(address(path) + ending.replace("NAME", name))));
            }
        }
        return questions;
    }

    private static boolean isRead(RequestMappingInfo mapping) {
        return mapping.getMethodsCondition().getMethods().contains(RequestMethod.GET)
                && mapping.getParamsCondition().isEmpty()
                && mapping.getPatternValues().stream().anyMatch(path -> path.matches("/(v1|api/v1|api/2.0)/.*"));
    }

    private static Stream<String> names(HandlerMethod method) {
        return QueryParameter.of(method).stream()
                .filter(each -> !each.repeatable())
                .map(QueryParameter::name);
    }

    private String address(String path) {
        String id = path.contains("fine_tuning")
                ? "ftjob-" + job.substring(4)
                : path.contains("/jobs/") ? job : path.contains("/datasets/") ? dataset : "tiny";
        return path.replace("{id}", id).replace("{name}", "config.json");
    }

    @Test
    void noParameterOfAnyAddressMayBeGivenTwice() throws Exception {
        List<String> questions = questions("?NAME=1&NAME=2");
        assertThat(questions).hasSizeGreaterThan(60).anyMatch(each -> each.contains("/rows?max_length"));
        for (String question : questions) {
            String name = question.replaceAll(".*&(.*)=2", "$1");
            JsonNode problem = problem(get(question), 400, question);
            assertThat(problem.get("detail").asString())
                    .as(question)
                    .contains(name + " may be given once, was 1 and 2");
            assertThat(problem.get("errors").get(0).get("field").asString()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%zz", "%ff", "%C0%AF"})
    void whatIsNoTextIsRefusedInEveryParameter(String value) throws Exception {
        for (String question : questions("?NAME=")) {
            Answer answer = raw(question + value);
            problem(answer, answer.status() == 422 ? 422 : 400, question + value); // of a word that it is not
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-999999999-01-01T00:00:00Z", "%2B999999999-12-31T23:59:59Z", "0000-12-31T23:59:59Z"})
    void aTimeOutsideOfTheCalendarIsRefused(String time) throws Exception {
        for (String list : List.of("jobs", "models", "datasets")) {
            for (String name : List.of("created_after", "created_before")) {
                String question = "/api/v1/%s?%s=%s".formatted(list, name, time);
                assertThat(problem(get(question), 400, question).get("detail").asString())
                        .startsWith(name + " must be a time such as 2026-01-31T09:30:00Z, of the years 1 to 9999, was");
            }
        }
        assertThat(get("/api/v1/jobs?created_after=0001-01-01T00:00:00Z&created_before=9999-12-31T23:59:59Z")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=5-1", "bytes=99999999-", "lines=1-2", "x"})
    void aRangeThatAFileDoesNotHaveIsAProblemWithoutTheFile(String range) throws Exception {
        for (String file : List.of(
                "/api/v1/models/tiny/files/config.json", "/v1/files/file-" + dataset.substring(3) + "/content")) {
            Answer whole = get(file);
            Answer answer = send(HttpRequest.newBuilder(uri(file)).header("Range", range));
            JsonNode problem = problem(answer, 416, range);
            assertThat(problem.get("detail").asString())
                    .contains(", which are " + whole.body().length());
            assertThat(answer.headers().apply("Content-Range"))
                    .isEqualTo("bytes */" + whole.body().length());
        }
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/datasets,file,name,422", "/api/v1/models,files,name,422", "/v1/files,file,purpose,400"})
    void aFieldOfAnUploadMayBeThereOnce(String path, String file, String field, int status) throws Exception {
        String twice = Stream.of("fine-tune", "other")
                .map(value ->
                        "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n".formatted(field, value))
                .collect(Collectors.joining());
        Answer answer = upload(path, filePart(file) + twice + "--b--\r\n");
        assertThat(problem(answer, status, path).get("detail").asString())
                .contains(field + " may be given once, was \"fine-tune\" and \"other\"");
    }

    @Test
    void partsWithoutEndAreRefusedByTheirNumberAndNotBySize() throws Exception {
        String parts = IntStream.range(0, 1100)
                .mapToObj("--b\r\nContent-Disposition: form-data; name=\"p%d\"\r\n\r\nx\r\n"::formatted)
                .collect(Collectors.joining());
        Answer many = upload("/api/v1/datasets", parts + "--b--\r\n");
        assertThat(problem(many, 413, "parts").get("detail").asString())
                .startsWith("the multipart body has too many parts")
                .doesNotContain("-1", "Exception");
        Answer head = upload(
                "/v1/files",
                filePart("file").replace("\r\n\r\n", "\r\nX-Long: " + "y".repeat(100_000) + "\r\n\r\n") + "--b--\r\n");
        assertThat(problem(head, 413, "head").get("detail").asString()).contains("a head too long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/*", "*/*;charset=utf-8", "*/json", "a", ";"})
    void aBodyOfAnyTypeIsOfNone(String type) throws Exception {
        for (String path : List.of("/api/v1/jobs", "/api/v1/jobs:estimate", "/api/v1/models", "/v1/fine_tuning/jobs")) {
            Answer answer = send(HttpRequest.newBuilder(uri(path))
                    .header("Content-Type", type)
                    .POST(HttpRequest.BodyPublishers.ofString("{}")));
            problem(answer, 415, path + " " + type);
        }
    }

    @Test
    void theWordsOfTheJsonLibraryStayInTheServer() throws Exception {
        for (String body : List.of(
                "{} {}", "{\"a\": " + "[".repeat(600) + "]".repeat(600) + "}", "{\"a\": " + "9".repeat(2000) + "}")) {
            Answer answer = send(HttpRequest.newBuilder(uri("/api/v1/jobs"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
            problem(answer, 400, "body");
            assertThat(answer.body()).doesNotContain("java.", "StreamRead", "Feature");
        }
    }

    @Test
    void whatIsNoHttpGetsARequestIdToo() throws Exception {
        Answer answer = raw("/api/v1/jobs/a%2Fb");
        JsonNode problem = problem(answer, 400, "%2F");
        assertThat(answer.headers().apply("X-Request-Id"))
                .isEqualTo(problem.get("request_id").asString());
    }

    private static String filePart(String name) {
        return "--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"x.jsonl\"\r\n\r\n{}\r\n".formatted(name);
    }

    private Answer upload(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static JsonNode problem(Answer answer, int status, String which) {
        String what = which + " -> " + answer.status() + " " + answer.body();
        assertThat(answer.status()).as(what).isEqualTo(status);
        assertThat(answer.headers().apply("Content-Type")).as(what).isEqualTo("application/problem+json");
        JsonNode problem = JsonMapper.shared().readTree(answer.body());
        assertThat(problem.get("request_id").isString()).as(what).isTrue();
        if (which.contains("/api/2.0/") && !which.contains("%")) {
            assertThat(problem.get("error_code").asString()).as(what).isEqualTo("INVALID_PARAMETER_VALUE");
        }
        return problem;
    }

    private Answer get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                answer.statusCode(), name -> answer.headers().firstValue(name).orElse(""), answer.body());
    }

    /** What no client of Java would send. */
    private Answer raw(String path) throws Exception {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
                            .formatted(path)
                            .getBytes(UTF_8));
            String[] parts = new String(socket.getInputStream().readAllBytes(), UTF_8).split("\r\n\r\n", 2);
            return new Answer(
                    Integer.parseInt(parts[0].split(" ")[1]),
                    name -> parts[0].lines()
                            .filter(line -> line.startsWith(name + ": "))
                            .map(line -> line.substring(name.length() + 2))
                            .findFirst()
                            .orElse(""),
                    parts[1]);
        }
    }

    private record Answer(int status, UnaryOperator<String> headers, String body) {}

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
