package dev.tandem.api.internal;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.ReportDeliveries;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.type.TypeReference;

/** One attempt as its worker sees it. Bodies go through the mapper that the worker uses too. */
@Hidden
@RestController
@RequestMapping(path = "/internal/attempts/{job}/{epoch}", produces = MediaType.APPLICATION_JSON_VALUE)
class AttemptsApi {

    private static final TypeReference<List<Report.Envelope>> REPORTS = new TypeReference<>() {};

    private final WorkerReports reports;
    private final ReportDeliveries deliveries;

    AttemptsApi(WorkerReports reports, ReportDeliveries deliveries) {
        this.reports = reports;
        this.deliveries = deliveries;
    }

    @GetMapping
    byte[] order(
            @PathVariable String job,
            @PathVariable long epoch,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, defaultValue = "") String authorization) {
        return Wire.JSON.writeValueAsBytes(reports.order(new AttemptId(job, epoch), token(authorization)));
    }

    @PostMapping("/heartbeat")
    byte[] heartbeat(
            @PathVariable String job,
            @PathVariable long epoch,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, defaultValue = "") String authorization,
            @RequestBody byte[] body) {
        Heartbeat beat = Wire.JSON.readValue(body, Heartbeat.class);
        return Wire.JSON.writeValueAsBytes(
                new Heartbeat.Reply(reports.heartbeat(new AttemptId(job, epoch), token(authorization), beat)));
    }

    @PostMapping("/reports")
    byte[] reports(
            @PathVariable String job,
            @PathVariable long epoch,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, defaultValue = "") String authorization,
            @RequestBody byte[] body) {
        var id = new AttemptId(job, epoch);
        AttemptToken token = token(authorization);
        List<Report.Envelope> envelopes = Wire.JSON.readValue(body, REPORTS);
        return Wire.JSON.writeValueAsBytes(Map.of("accepted_through", deliveries.take(id, token, envelopes)));
    }

    static AttemptToken token(String authorization) {
        return new AttemptToken(authorization.startsWith("Bearer ") ? authorization.substring("Bearer ".length()) : "");
    }
}
