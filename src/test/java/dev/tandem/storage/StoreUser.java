package dev.tandem.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A process that uses a store until it is killed: {@code hold} keeps a staging folder, {@code mark} uses a thing,
 * {@code churn} stores and deletes.
 */
final class StoreUser {

    private StoreUser() {}

    public static void main(String[] args) throws Exception {
        var store = new BlobStore(Path.of(args[1]));
        if (args[0].equals("hold")) {
            Staging staging = store.stage();
            say(staging.folder().toString());
            Thread.sleep(60_000);
            staging.close();
        }
        if (args[0].equals("mark")) {
            Mark mark = store.mark("mdl_1");
            say("marked");
            Thread.sleep(60_000);
            mark.close();
        }
        say("churning");
        for (int i = 0; true; i++) {
            commit(store, "content " + i % 3);
            store.deleteIfOlder(commit(store, "content " + i % 5), Instant.MAX);
        }
    }

    private static String commit(BlobStore store, String content) throws IOException {
        try (Staging staging = store.stage()) {
            staging.write("a.txt", new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)), 100);
            return store.commit(staging).digest();
        }
    }

    private static void say(String words) {
        System.out.println(words);
        System.out.flush();
    }
}
