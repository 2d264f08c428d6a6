package dev.berth.ingress;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The Engage streams of one verticle instance that are open, for a stop to end them. Confined to its context. */
public final class OpenStreams implements IngressCounters.StopListener {
    private final Set<Engagement> open = new HashSet<>();

    void add(Engagement stream) {
        open.add(stream);
    }

    void remove(Engagement stream) {
        open.remove(stream);
    }

    @Override
    public void drain() {
        List.copyOf(open).forEach(Engagement::drain);
    }

    @Override
    public void cutOff() {
        List.copyOf(open).forEach(Engagement::cutOff);
    }
}
