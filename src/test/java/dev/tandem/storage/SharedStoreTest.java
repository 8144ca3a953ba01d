package dev.tandem.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, workers and clearings use one store at a time, and any of them may be killed. */
class SharedStoreTest {

    private static final Instant AN_HOUR_AGO = Instant.now().minus(Duration.ofHours(1));

    @TempDir
    Path root;

    @Test
    void contentThatIsStoredAgainIsNoLeftover() throws IOException {
        var store = new BlobStore(root);
        String digest = commit(store, "hello");
        makeOld(digest);
        commit(store, "hello");
        assertThat(store.deleteIfOlder(digest, AN_HOUR_AGO)).isFalse();
        makeOld(digest);
        assertThat(store.deleteIfOlder(digest, AN_HOUR_AGO)).isTrue();
        assertThat(store.digests()).isEmpty();
    }

    @Test
    void whatAClearingMeetsWhileItIsStoredStays() throws Exception {
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 100; i++) {
                String content = "round " + i % 7;
                var store = new BlobStore(root);
                String digest = commit(store, content);
                makeOld(digest);
                Callable<Boolean> clearing = () -> new BlobStore(root).deleteIfOlder(digest, AN_HOUR_AGO);
                Callable<Boolean> worker = () -> commit(store, content).equals(digest);
                var ends = threads.invokeAll(List.of(clearing, worker));
                assertThat(ends.get(1).get()).isTrue();
                assertThat(store.files(digest)).hasSize(1);
                assertThat(store.path(digest).resolve("a.txt")).hasContent(content);
            }
        }
    }

    @Test
    void halfAFolderThatACrashLeftGoesToo() throws IOException {
        var store = new BlobStore(root);
        String digest = commit(store, "hello");
        Durable.deleteTree(store.path(digest));
        assertThat(store.digests()).containsExactly(digest);
        assertThat(store.deleteIfOlder(digest, Instant.MAX)).isTrue();
        assertThat(store.digests()).isEmpty();
    }

    @Test
    void whatALivingProcessHoldsStaysHoweverOldItIs() throws Exception {
        Process holder = process("hold");
        try (BufferedReader words = holder.inputReader()) {
            Path folder = Path.of(words.readLine());
            Files.setLastModifiedTime(folder, FileTime.from(Instant.EPOCH));
            Files.setLastModifiedTime(Path.of(folder + ".lock"), FileTime.from(Instant.EPOCH));
            var store = new BlobStore(root);
            assertThat(store.sweep(AN_HOUR_AGO)).isZero();
            assertThat(folder).isDirectory();

            holder.destroyForcibly().waitFor();
            assertThat(store.sweep(AN_HOUR_AGO)).isEqualTo(1);
            assertThat(root.resolve("staging")).isEmptyDirectory();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void whatAProcessMarkedIsInUseUntilThatEnds() throws Exception {
        var store = new BlobStore(root);
        Process user = process("mark");
        try {
            assertThat(user.inputReader().readLine()).isEqualTo("marked");
            store.sweep(Instant.MAX);
            assertThat(store.isMarked("mdl_1")).isTrue();
            assertThat(store.isMarked("mdl_")).isFalse();

            Mark own = store.mark("mdl_1");
            user.destroyForcibly().waitFor();
            assertThat(store.isMarked("mdl_1")).isTrue();
            own.close();
            assertThat(store.isMarked("mdl_1")).isFalse();
            store.sweep(Instant.MAX);
            assertThat(root.resolve("staging")).isEmptyDirectory();
        } finally {
            user.destroyForcibly();
        }
    }

    @Test
    void processesThatAreKilledAtAnyMomentLeaveWholeFolders() throws Exception {
        var random = new Random(7);
        for (int round = 0; round < 4; round++) {
            Process one = process("churn");
            Process two = process("churn");
            try {
                one.inputReader().readLine();
                two.inputReader().readLine();
                Thread.sleep(random.nextInt(150));
            } finally {
                one.destroyForcibly().waitFor();
                two.destroyForcibly().waitFor();
            }
            var store = new BlobStore(root);
            store.digests().stream()
                    .filter(store::contains)
                    .forEach(digest -> assertThat(store.files(digest)).hasSize(1));
        }
        var store = new BlobStore(root);
        store.sweep(Instant.MAX);
        store.digests().forEach(store::delete);
        assertThat(root.resolve("staging")).isEmptyDirectory();
        assertThat(root.resolve("trees")).isEmptyDirectory();
        assertThat(root.resolve("manifests")).isEmptyDirectory();
    }

    private Process process(String what) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.tandem.storage.StoreUser",
                        what,
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void makeOld(String digest) throws IOException {
        Path tree = new BlobStore(root).path(digest);
        Files.setLastModifiedTime(tree, FileTime.from(AN_HOUR_AGO.minusSeconds(60)));
    }

    private static String commit(BlobStore store, String content) throws IOException {
        try (Staging staging = store.stage()) {
            staging.write("a.txt", new ByteArrayInputStream(content.getBytes(UTF_8)), 100);
            return store.commit(staging).digest();
        }
    }
}
