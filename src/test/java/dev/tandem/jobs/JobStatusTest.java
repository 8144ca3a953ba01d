package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStatusTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            QUEUED    | STARTING PAUSED CANCELLED
            STARTING  | RUNNING PAUSING QUEUED FAILED CANCELLED
            RUNNING   | PAUSING QUEUED SUCCEEDED FAILED CANCELLED
            PAUSING   | PAUSED SUCCEEDED FAILED CANCELLED
            PAUSED    | QUEUED CANCELLED
            SUCCEEDED | ''
            FAILED    | ''
            CANCELLED | ''
            """)
    void theArrowsAreTheseAndNoOthers(JobStatus from, String targets) {
        Set<String> allowed = Set.of(targets.split(" "));
        for (JobStatus to : JobStatus.values()) {
            assertThat(from.mayBecome(to)).as("%s -> %s", from, to).isEqualTo(allowed.contains(to.name()));
        }
    }

    @Test
    void thePictureHasTheseArrowsAndNoOthers() throws Exception {
        String picture = Files.readString(Path.of("docs/state-machine.md"));
        Set<String> drawn = Pattern.compile("(?m)^ +(\\S+) --> (\\S+)")
                .matcher(picture)
                .results()
                .map(arrow -> arrow.group(1) + " -> " + arrow.group(2))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(drawn).isEqualTo(arrows());
    }

    /** Those of the enum, with the first and the final ones as mermaid draws them. */
    private static Set<String> arrows() {
        var arrows = new TreeSet<>(Set.of("[*] -> QUEUED"));
        for (JobStatus from : JobStatus.values()) {
            Stream<String> targets =
                    Arrays.stream(JobStatus.values()).filter(from::mayBecome).map(JobStatus::name);
            (from.isFinal() ? Stream.of("[*]") : targets).forEach(to -> arrows.add(from + " -> " + to));
        }
        return arrows;
    }
}
