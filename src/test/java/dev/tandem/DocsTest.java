package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written about the code still leads somewhere. */
class DocsTest {

    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\((?!https?:|#)([^)#\\s]+)");
    private static final Pattern DOCUMENT = Pattern.compile("docs/[a-z0-9/-]+\\.md");

    @Test
    void everyLinkLeadsToAFile() throws Exception {
        assertThat(pages())
                .hasSizeGreaterThan(5)
                .allSatisfy(page -> assertThat(matches(LINK, page).map(link -> link.group(1)))
                        .as("links of %s", page)
                        .allMatch(link -> Files.exists(page.resolveSibling(link))));
    }

    @Test
    void everyDocumentThatCodeNamesIsThere() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
            List<Path> sources = files.filter(file -> file.toString().matches(".*\\.(java|sql|yaml)"))
                    .toList();
            assertThat(sources)
                    .allSatisfy(source -> assertThat(matches(DOCUMENT, source).map(MatchResult::group))
                            .as("documents named in %s", source)
                            .allMatch(document -> Files.exists(Path.of(document))));
        }
    }

    @Test
    void theReadmeHasTheTwoCommands() throws Exception {
        assertThat(Path.of("README.md")).content().contains("mvn spring-boot:run", "mvn verify");
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(Path.of(".").toAbsolutePath().normalize());
                Stream<Path> docs = Files.walk(Path.of("docs").toAbsolutePath())) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static Stream<MatchResult> matches(Pattern pattern, Path file) {
        try {
            return pattern.matcher(Files.readString(file)).results();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
