package dev.tandem.worker;

/** The {@code main} of a worker process whose training is a script of many steps. */
final class ScriptedWorker {

    private ScriptedWorker() {}

    public static void main(String[] args) {
        PlainLog.to("System.out", "INFO");
        var worker = new Worker(WorkerSettings.from(System.getenv()), WorkerScene.training(100_000, step -> {}));
        System.exit(new LastRites(worker.standing()).call(worker::run));
    }
}
