package dev.taltun.bench;

import java.util.List;

/** No tunnel: what the veth pair and iperf3 can do here at most. */
final class RawLink implements Contender {
    @Override
    public String name() {
        return "raw";
    }

    @Override
    public List<String> programs() {
        return List.of();
    }

    @Override
    public String version() {
        return "the veth pair itself";
    }

    @Override
    public void prepare(Lab lab) {
        // The lab has the link already.
    }

    @Override
    public List<Process> start(Lab lab) {
        return List.of();
    }

    @Override
    public String target(Lab lab) {
        return lab.outer(1);
    }
}
