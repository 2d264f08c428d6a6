package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file a kernel is to run: what it says of itself, and that it sleeps. */
final class PauseProgramTest {
    private static final String SLEEPING = "S";

    @ParameterizedTest
    @CsvSource({
        "x86_64,  62,  127, 0x1000,  6a22580f05ebf9",
        "amd64,   62,  127, 0x1000,  6a22580f05ebf9",
        "aarch64, 183, 148, 0x10000, 000080d2010080d2020080d2030080d2280980d2010000d4faffff17",
        "ARM64,   183, 148, 0x10000, 000080d2010080d2020080d2030080d2280980d2010000d4faffff17"
    })
    void headersDescribeTheFile(String architecture, int machine, int size, String page, String code) {
        byte[] bytes = PauseProgram.of(architecture).orElseThrow().elf();
        assertThat(bytes).hasSize(size);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(HexFormat.of().formatHex(bytes, 0, 16)).isEqualTo("7f454c46020101000000000000000000");
        assertThat(file.getShort(16)).as("type: executable").isEqualTo((short) 2);
        assertThat(file.getShort(18)).as("machine").isEqualTo((short) machine);
        assertThat(file.getInt(20)).as("version").isEqualTo(1);
        assertThat(file.getShort(52)).as("size of this header").isEqualTo((short) 64);
        assertThat(file.getShort(54)).as("size of a program header").isEqualTo((short) 56);
        assertThat(file.getShort(56)).as("program headers").isEqualTo((short) 1);
        assertThat(file.getShort(60)).as("sections").isZero();

        int segment = (int) file.getLong(32);
        assertThat(segment).as("the program header follows").isEqualTo(64);
        assertThat(file.getInt(segment)).as("type: load").isEqualTo(1);
        assertThat(file.getInt(segment + 4)).as("read and execute, not write").isEqualTo(5);
        long offset = file.getLong(segment + 8);
        long address = file.getLong(segment + 16);
        assertThat(file.getLong(segment + 32)).as("bytes in the file").isEqualTo(size);
        assertThat(file.getLong(segment + 40)).as("bytes in memory").isEqualTo(size);
        long alignment = file.getLong(segment + 48);
        assertThat(alignment).isEqualTo(Long.decode(page));
        assertThat(address % alignment).as("address within its page").isEqualTo(offset % alignment);
        int entry = (int) (file.getLong(24) - address + offset);
        assertThat(HexFormat.of().formatHex(bytes, entry, size)).isEqualTo(code);
    }

    @Test
    void otherProcessorsHaveNone() {
        assertThat(PauseProgram.of("s390x")).isEmpty();
        assertThat(PauseProgram.of("")).isEmpty();
    }

    /** On whatever processor this is; its kernel judges the file, and a signal that is not handled ends it. */
    @Test
    void itRunsAndSleeps(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("pause");
        Files.write(
                program,
                PauseProgram.of(System.getProperty("os.arch")).orElseThrow().elf());
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(program.toString()).start();
        try {
            awaitState(process, program);
            new ProcessBuilder("kill", "-CONT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).as("ended").isFalse();
            assertThat(stat(process)[0]).isEqualTo(SLEEPING);
            assertThat(stat(process)[11] + stat(process)[12])
                    .as("ticks of processor time")
                    .isEqualTo("00");
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("ended by SIGTERM").isEqualTo(128 + 15);
    }

    /** A process is the JVM's own for a moment before it is the program. */
    private static void awaitState(Process process, Path program) throws IOException {
        Path executable = Path.of("/proc", Long.toString(process.pid()), "exe");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < end && process.isAlive()) {
            if (Files.readSymbolicLink(executable).equals(program) && stat(process)[0].equals(SLEEPING)) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("the program does not sleep; alive: " + process.isAlive());
    }

    /** The fields after the name: the state first. */
    private static String[] stat(Process process) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }
}
