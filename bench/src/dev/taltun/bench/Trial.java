package dev.taltun.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** One contender measured once, on every axis, in a fresh lab. */
final class Trial {
    private static final long FIRST_PING_NANOS = 20_000_000_000L;

    /** How long the load runs alone, so that its queues have filled. */
    private static final long LOAD_FIRST_MILLIS = 500;

    private static final double NANOS = 1e9;
    private static final double KILO = 1e3;

    private final Contender contender;
    private final Settings settings;
    private final Progress progress;
    private final Lab lab;
    private final Outcome outcome = new Outcome();
    private final String target;
    private final Iperf iperf;
    private List<Process> tunnel = List.of();

    /** Measures something and notes it. */
    @FunctionalInterface
    private interface Measurement {
        void run() throws BenchFailure;
    }

    Trial(Contender contender, Settings settings, Progress progress, Lab lab) {
        this.contender = contender;
        this.settings = settings;
        this.progress = progress;
        this.lab = lab;
        target = contender.target(lab);
        iperf = new Iperf(lab, target);
    }

    /** Never throws: what goes wrong is in the outcome. */
    Outcome run() {
        try {
            start();
            memory(Axis.RSS_IDLE, Axis.PSS_IDLE);
            iperf.startServer();
            step("warm-up");
            iperf.tcp(settings.warmupSeconds());
            measure(Axis.IDLE_P50, this::idle);
            measure(Axis.TCP_1, this::oneFlow);
            tcp(Axis.TCP_4, "-P", "4");
            tcp(Axis.TCP_REVERSE, "-R");
            tcp(Axis.TCP_BOTH, "--bidir");
            for (Payload payload : Payload.values()) {
                measure(payload.flood(), () -> udp(payload));
            }
            measure(Axis.LOADED_P50, this::loaded);
            memory(Axis.RSS_LOADED, Axis.PSS_LOADED);
        } catch (BenchFailure e) {
            outcome.fail(blame(e));
        }
        return outcome;
    }

    private void step(String what) {
        progress.step(contender.name(), what);
    }

    private void start() throws BenchFailure {
        step(Axis.START.title());
        contender.prepare(lab);
        long start = System.nanoTime();
        tunnel = contender.start(lab);
        while (!Pings.answers(lab, target)) {
            if (System.nanoTime() - start > FIRST_PING_NANOS || !isUp()) {
                throw new BenchFailure("no ping through the tunnel");
            }
            // A ping fails at once as long as there is no route: leave the CPU to the tunnel.
            if (!tunnel.isEmpty()) {
                Programs.endsWithin(tunnel.getLast(), 2);
            }
        }
        if (!tunnel.isEmpty()) {
            outcome.put(Axis.START, (System.nanoTime() - start) / NANOS);
        }
    }

    private boolean isUp() {
        return tunnel.stream().allMatch(Process::isAlive);
    }

    /** Why it failed; the tunnel's last words if it is gone. */
    private String blame(BenchFailure failure) {
        for (int i = 0; i < tunnel.size(); i++) {
            if (!tunnel.get(i).isAlive()) {
                String words = lab.lastLine("tunnel" + i);
                return new BenchFailure(contender.name() + " ended: " + words).getMessage();
            }
        }
        return failure.getMessage();
    }

    /** Runs a measurement; without the tunnel no other can follow, without a figure they can. */
    private void measure(Axis axis, Measurement measurement) throws BenchFailure {
        step(axis.title());
        try {
            measurement.run();
        } catch (BenchFailure e) {
            outcome.fail(axis, e.getMessage());
            if (!isUp() || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            iperf.startServer();
        }
    }

    private void idle() throws BenchFailure {
        Histogram times = Pings.run(lab, target, settings.pings(), Settings.IDLE_INTERVAL);
        outcome.idle().add(times);
    }

    private void oneFlow() throws BenchFailure {
        Usage before = Usage.now(tunnel);
        double speed = iperf.tcp(settings.seconds());
        Usage used = Usage.now(tunnel).minus(before);
        outcome.put(Axis.TCP_1, speed);
        double gigabits = speed * settings.seconds();
        if (!tunnel.isEmpty()) {
            outcome.put(Axis.CPU_TUNNEL, used.processes() / gigabits);
        }
        outcome.put(Axis.CPU_SOFTIRQ, used.softirq() / gigabits);
        outcome.put(Axis.CPU_MACHINE, used.machine() / gigabits);
    }

    private void tcp(Axis axis, String... options) throws BenchFailure {
        measure(axis, () -> outcome.put(axis, iperf.tcp(settings.seconds(), options)));
    }

    private void udp(Payload payload) throws BenchFailure {
        Iperf.Datagrams flood = iperf.flood(payload.bytes(), settings.floodSeconds());
        outcome.put(payload.flood(), flood.receivedPerSecond() / KILO);
        measure(payload.lossFree(), () -> search(payload, flood));
    }

    private void search(Payload payload, Iperf.Datagrams flood) throws BenchFailure {
        LossFreeSearch search =
                new LossFreeSearch(
                        flood.sentPerSecond(),
                        flood.receivedPerSecond(),
                        flood.loss(),
                        settings.probes());
        while (!search.isDone()) {
            double rate = search.next();
            Iperf.Datagrams seen = iperf.paced(payload.bytes(), rate, settings.probeSeconds());
            search.report(rate, seen.sentPerSecond(), seen.loss());
        }
        if (search.result() == 0) {
            throw new BenchFailure("packets were lost at every rate tried");
        }
        outcome.put(payload.lossFree(), search.result() / KILO);
    }

    private void loaded() throws BenchFailure {
        CompletableFuture<Void> load =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                iperf.tcp(settings.loadedSeconds());
                            } catch (BenchFailure e) {
                                throw new IllegalStateException(e.getMessage());
                            }
                        });
        if (await(load, LOAD_FIRST_MILLIS)) {
            throw new BenchFailure("iperf3 ended at once");
        }
        Histogram times = Pings.run(lab, target, settings.pings(), Settings.LOADED_INTERVAL);
        if (!await(load, (settings.loadedSeconds() + 15) * 1000L)) {
            throw new BenchFailure("iperf3 does not end");
        }
        outcome.loaded().add(times);
    }

    /** Whether it ends in that time. */
    private static boolean await(CompletableFuture<Void> load, long millis) throws BenchFailure {
        try {
            load.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            throw new BenchFailure(e.getCause().getMessage());
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw Programs.interrupted();
        }
    }

    private void memory(Axis rss, Axis pss) throws BenchFailure {
        if (!tunnel.isEmpty()) {
            outcome.put(rss, Usage.rss(tunnel));
            outcome.put(pss, Usage.pss(tunnel));
        }
    }
}
