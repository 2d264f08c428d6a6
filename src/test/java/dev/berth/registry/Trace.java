package dev.berth.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls of one node, in order of arrival.
 *
 * <pre>
 *   # berth-trace 1 seed=7
 *   t_us,fn,dur_us,mem_mib,start_us[,tmp_mib[,cpu_m]]
 * </pre>
 *
 * @param functions by index
 */
record Trace(List<Function> functions, List<Call> calls) {
    private static final String MAGIC = "# berth-trace 1";

    /**
     * @param startMicros how long a container of it takes to start that starts alone
     */
    record Function(String name, long memoryMiB, long tmpMiB, long cpuMillis, long startMicros) {
        long chargedMiB() {
            return memoryMiB + tmpMiB;
        }
    }

    /**
     * @param atMicros since any origin
     * @param function its index
     * @param micros how long it runs
     */
    record Call(long atMicros, int function, long micros) {}

    /** A trace that is not one. */
    static final class BadTraceException extends Exception {
        private static final long serialVersionUID = 1;

        BadTraceException(long line, String why) {
            super("line " + line + ": " + why);
        }
    }

    static boolean isHead(String line) {
        return line.startsWith(MAGIC);
    }

    /** After its head. The sizes and the start of a function are those of its first call. */
    static Trace read(BufferedReader lines) throws IOException, BadTraceException {
        Map<String, Integer> byName = new LinkedHashMap<>();
        List<Function> functions = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        long before = Long.MIN_VALUE;
        long number = 1;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.split(",", -1);
            if (fields.length < 5 || fields.length > 7) {
                throw new BadTraceException(number, "five to seven fields are wanted");
            }
            long at = number(fields[0], number);
            if (at < before) {
                throw new BadTraceException(number, "comes before the line before it");
            }
            before = at;
            Function function = new Function(
                    fields[1],
                    number(fields[3], number),
                    fields.length > 5 ? number(fields[5], number) : 0,
                    fields.length > 6 ? number(fields[6], number) : 0,
                    number(fields[4], number));
            int index = byName.computeIfAbsent(function.name(), name -> {
                functions.add(function);
                return functions.size() - 1;
            });
            calls.add(new Call(at, index, number(fields[2], number)));
        }
        return new Trace(functions, calls);
    }

    private static long number(String text, long line) throws BadTraceException {
        try {
            long number = Long.parseLong(text.trim());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException none) {
            // told below
        }
        throw new BadTraceException(line, "'" + text + "' is not a whole number from 0");
    }

    void write(PrintWriter out, String note) {
        out.println(MAGIC + " " + note);
        for (Call call : calls) {
            Function function = functions.get(call.function());
            out.print(call.atMicros() + "," + function.name() + "," + call.micros() + "," + function.memoryMiB() + ","
                    + function.startMicros());
            if (function.tmpMiB() > 0 || function.cpuMillis() > 0) {
                out.print("," + function.tmpMiB() + "," + function.cpuMillis());
            }
            out.println();
        }
    }
}
