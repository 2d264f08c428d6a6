package dev.berth.registry;

/** The containers of a node that are starting, and how long one takes among them. */
final class Starts {
    static final long UNKNOWN_NANOS = 450_000_000;

    /** The part of a start in which it uses a processor. */
    private static final double CPU_SHARE = 0.7;

    private final double processors;
    private long all = Estimate.UNKNOWN;
    private int underWay;

    /** @param cpuMillis thousandths of a processor that the node has; positive */
    Starts(long cpuMillis) {
        this.processors = cpuMillis / 1000.0;
    }

    /** Returns by how much it is slowed at first. */
    double begun() {
        underWay++;
        return slowdown();
    }

    void over() {
        underWay--;
    }

    /**
     * Before {@link #over}.
     *
     * @param nanos since the launch, without the pull of the image
     * @param slowdownAtFirst as {@link #begun} said
     */
    void succeeded(Demand demand, long nanos, double slowdownAtFirst) {
        double slowdown = (slowdownAtFirst + slowdown()) / 2;
        demand.started(nanos, slowdown);
        all = Estimate.with(all, (long) (nanos / slowdown));
    }

    /** How long a container takes that is started now, in nanoseconds, its image being there. */
    long expectedNanos(Demand demand) {
        return (long) (aloneNanos(demand) * slowdown());
    }

    /** The same if no other starts. */
    long aloneNanos(Demand demand) {
        if (demand.hasStarted()) {
            return demand.startNanos();
        }
        return Estimate.isKnown(all) ? Estimate.cautious(all) : UNKNOWN_NANOS;
    }

    /** Whether one more would slow none of those under way. */
    boolean leaveAProcessor() {
        return CPU_SHARE * (underWay + 1) <= processors;
    }

    private double slowdown() {
        return Math.max(1, CPU_SHARE * underWay / processors);
    }
}
