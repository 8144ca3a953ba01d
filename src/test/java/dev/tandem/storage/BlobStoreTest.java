package dev.tandem.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobStoreTest {

    @TempDir
    Path root;

    private BlobStore store;

    @BeforeEach
    void openStore() {
        store = new BlobStore(root);
    }

    private StoredTree commit(String... namesAndTexts) throws IOException {
        try (Staging staging = store.stage()) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                staging.write(namesAndTexts[i], text(namesAndTexts[i + 1]), 1000);
            }
            return store.commit(staging);
        }
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private String[] staged() {
        String[] names = root.resolve("staging").toFile().list();
        return names == null ? new String[0] : names;
    }

    /** By hand: {@code printf 'hello' | sha256sum}, and the same of the two manifest lines. */
    @Test
    void digestsAreThoseOfSha256sum() throws IOException {
        StoredTree tree = commit("b.txt", "", "a.txt", "hello");
        assertThat(tree.files())
                .containsExactly(
                        new StoredFile(
                                "a.txt", "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", 5),
                        new StoredFile(
                                "b.txt", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0));
        assertThat(tree.digest()).isEqualTo("sha256:3833771581ea19a818aa64f115834b751a40b7ce19120816d0a52495337345ec");
        assertThat(store.files(tree.digest())).isEqualTo(tree.files());
        assertThat(store.path(tree.digest()).resolve("a.txt")).hasContent("hello");
    }

    @Test
    void aNameCountsAsContent() throws IOException {
        assertThat(commit("a.txt", "hello").digest())
                .isNotEqualTo(commit("b.txt", "hello").digest());
    }

    @Test
    void contentThatIsThereIsKept() throws IOException {
        StoredTree first = commit("a.txt", "hello");
        FileTime made = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(store.path(first.digest()).resolve("a.txt"), made);
        assertThat(commit("a.txt", "hello")).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(store.path(first.digest()).resolve("a.txt")))
                .isEqualTo(made);
        assertThat(staged()).isEmpty();
    }

    @Test
    void commitsOfTheSameContentMayRace() throws Exception {
        Callable<StoredTree> same = () -> commit("a.txt", "hello", "b.txt", "you");
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var result : threads.invokeAll(Collections.nCopies(40, same))) {
                assertThat(store.files(result.get().digest())).hasSize(2);
            }
        }
        assertThat(root.resolve("trees").toFile().list()).hasSize(1);
        assertThat(staged()).isEmpty();
    }

    @Test
    void aWriteThatBreaksOffLeavesNothing() {
        InputStream broken = new SequenceInputStream(text("half"), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("No space left on device");
            }
        });
        assertThatThrownBy(() -> {
                    try (Staging staging = store.stage()) {
                        staging.write("a.txt", broken, 1000);
                        store.commit(staging);
                    }
                })
                .hasMessage("No space left on device");
        assertThat(staged()).isEmpty();
        assertThat(root.resolve("trees")).doesNotExist();
    }

    @Test
    void aFilePastItsLimitIsCutOff() {
        try (Staging staging = store.stage()) {
            assertThatThrownBy(() -> staging.write("a.txt", text("12345"), 4))
                    .isInstanceOf(TooLarge.class)
                    .hasMessageContaining("a.txt is larger than the 4 bytes allowed");
            assertThat(staging.folder()).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "..", "../a", "a/b", "a\\b", "a\nb", "a\u0000b"})
    void aNameThatCouldLeaveItsFolderIsRefused(String name) {
        try (Staging staging = store.stage()) {
            assertThatThrownBy(() -> staging.write(name, text("x"), 10)).isInstanceOf(InvalidFileName.class);
        }
    }

    @Test
    void aNameHasALimitInBytes() {
        assertThatThrownBy(() -> FileNames.check("é".repeat(101)))
                .isInstanceOf(InvalidFileName.class)
                .hasMessageContaining("at most 200 bytes long, was 202");
    }

    @Test
    void aLinkIsNotStored() throws IOException {
        try (Staging staging = store.stage()) {
            Files.createSymbolicLink(staging.folder().resolve("a.txt"), Path.of("/etc/hostname"));
            assertThatThrownBy(() -> store.commit(staging)).isInstanceOf(InvalidFileName.class);
        }
    }

    @Test
    void deletedContentIsGoneAndCanComeBack() throws IOException {
        StoredTree tree = commit("a.txt", "hello");
        store.delete(tree.digest());
        assertThat(store.contains(tree.digest())).isFalse();
        assertThat(staged()).isEmpty();
        assertThatThrownBy(() -> store.path(tree.digest())).isInstanceOf(IllegalStateException.class);
        commit("a.txt", "hello");
        assertThat(store.contains(tree.digest())).isTrue();
    }

    @Test
    void onlyWhatWasAbandonedIsSweptAway() throws IOException {
        Path old = Files.createDirectories(root.resolve("staging/left-by-a-crash"));
        try (Staging fresh = store.stage()) {
            Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
            assertThat(store.sweep(Instant.now().minus(Duration.ofDays(1)))).isEqualTo(1);
            assertThat(old).doesNotExist();
            assertThat(fresh.folder()).exists();
        }
    }

    @Test
    void aDigestIsNoPath() {
        assertThatThrownBy(() -> store.path("sha256:../../etc")).isInstanceOf(IllegalArgumentException.class);
    }
}
