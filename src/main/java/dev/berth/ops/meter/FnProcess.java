package dev.berth.ops.meter;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What an Fn runner tells of its process, under Fn's names. */
final class FnProcess implements MultiCollector {
    private static final Path MEMORY = Path.of("/proc/self/statm");
    private static final long PAGE = 4_096;
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String ADDRESSES = "Max address space";
    /** As the kernel keeps it. */
    private static final double UNLIMITED = 0x1p64;

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            all.metricSnapshot(CounterSnapshot.builder()
                    .name("fn_process_cpu_seconds")
                    .help("CPU time that the runner has used.")
                    .dataPoint(CounterDataPointSnapshot.builder()
                            .value(system.getProcessCpuTime() / 1e9)
                            .build())
                    .build());
            gauge(all, "open_fds", "Files that the runner has open.", (double) system.getOpenFileDescriptorCount());
            gauge(all, "max_fds", "Files that it may have open.", (double) system.getMaxFileDescriptorCount());
        }
        gauge(
                all,
                "start_time_seconds",
                "When it was started, in seconds since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        memory(all);
        addresses(all);
        return all.build();
    }

    private static void memory(MetricSnapshots.Builder all) {
        String[] pages;
        try {
            pages = Files.readString(MEMORY).split(" ");
        } catch (IOException noSuchKernel) {
            return;
        }
        gauge(all, "virtual_memory_bytes", "Bytes of addresses that it has.", (double) Long.parseLong(pages[0]) * PAGE);
        gauge(all, "resident_memory_bytes", "Bytes of memory that it has.", (double) Long.parseLong(pages[1]) * PAGE);
    }

    private static void addresses(MetricSnapshots.Builder all) {
        List<String> limits;
        try {
            limits = Files.readAllLines(LIMITS);
        } catch (IOException noSuchKernel) {
            return;
        }
        for (String limit : limits) {
            if (limit.startsWith(ADDRESSES)) {
                String soft = limit.substring(ADDRESSES.length()).strip().split(" ")[0];
                double bytes = soft.equals("unlimited") ? UNLIMITED : Double.parseDouble(soft);
                gauge(all, "virtual_memory_max_bytes", "Bytes of addresses that it may have; 2^64: no limit.", bytes);
            }
        }
    }

    private static void gauge(MetricSnapshots.Builder all, String name, String help, double value) {
        all.metricSnapshot(GaugeSnapshot.builder()
                .name("fn_process_" + name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
                .build());
    }
}
