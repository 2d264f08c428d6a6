package dev.berth.engine.docker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/**
 * A program that sleeps until it is killed, as a static ELF file: one header, one segment that is the whole file, and
 * a loop around a system call that waits for a signal. It has no data and no libraries. Immutable.
 */
final class PauseProgram {
    private static final int FILE_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int HEADERS = FILE_HEADER + PROGRAM_HEADER;
    private static final int SECTION_HEADER = 64;

    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
    private static final byte CLASS_64 = 2;
    private static final byte LITTLE_ENDIAN = 1;
    private static final byte VERSION = 1;
    private static final int IDENTIFICATION = 16;
    private static final short EXECUTABLE = 2;
    private static final int LOAD = 1;
    private static final int READ_AND_EXECUTE = 4 | 1;
    private static final long ADDRESS = 0x400000;

    private static final PauseProgram X86_64 = new PauseProgram(62, "amd64", 0x1000, new byte[] {
        0x6a,
        34, // push 34, which is pause
        0x58, // pop rax
        0x0f,
        0x05, // syscall
        (byte) 0xeb,
        (byte) -7 // jmp to the first
    });

    private static final PauseProgram ARM_64 = new PauseProgram(
            183,
            "arm64",
            0x10000,
            instructions(
                    0xd2800000, // mov x0, 0: no descriptors
                    0xd2800001, // mov x1, 0: none of them
                    0xd2800002, // mov x2, 0: for ever
                    0xd2800003, // mov x3, 0: no mask of signals
                    0xd2800928, // mov x8, 73, which is ppoll
                    0xd4000001, // svc 0
                    0x17fffffa)); // b to the first

    private final int machine;
    private final String imageArchitecture;
    private final int page;
    private final byte[] code;

    /**
     * @param machine the processor's number in ELF
     * @param imageArchitecture the processor's name in images
     * @param page what a segment's addresses are aligned to: the largest page the processor's kernels have
     * @param code what it runs, position-independent
     */
    private PauseProgram(int machine, String imageArchitecture, int page, byte[] code) {
        this.machine = machine;
        this.imageArchitecture = imageArchitecture;
        this.page = page;
        this.code = code;
    }

    String imageArchitecture() {
        return imageArchitecture;
    }

    /** For a processor as the kernel calls it; empty if there is none for it. */
    static Optional<PauseProgram> of(String architecture) {
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "x86_64", "amd64" -> Optional.of(X86_64);
            case "aarch64", "arm64" -> Optional.of(ARM_64);
            default -> Optional.empty();
        };
    }

    /** The file. */
    byte[] elf() {
        ByteBuffer file = ByteBuffer.allocate(HEADERS + code.length).order(ByteOrder.LITTLE_ENDIAN);
        fileHeader(file);
        programHeader(file);
        return file.put(code).array();
    }

    private void fileHeader(ByteBuffer file) {
        file.put(MAGIC).put(CLASS_64).put(LITTLE_ENDIAN).put(VERSION).position(IDENTIFICATION);
        file.putShort(EXECUTABLE).putShort((short) machine).putInt(VERSION);
        long entry = ADDRESS + HEADERS;
        long sections = 0;
        int flags = 0;
        file.putLong(entry).putLong(FILE_HEADER).putLong(sections).putInt(flags);
        short programHeaders = 1;
        short none = 0;
        file.putShort((short) FILE_HEADER).putShort((short) PROGRAM_HEADER).putShort(programHeaders);
        file.putShort((short) SECTION_HEADER).putShort(none).putShort(none);
    }

    private void programHeader(ByteBuffer file) {
        long offset = 0;
        long size = (long) HEADERS + code.length;
        file.putInt(LOAD).putInt(READ_AND_EXECUTE);
        file.putLong(offset).putLong(ADDRESS).putLong(ADDRESS);
        file.putLong(size).putLong(size).putLong(page);
    }

    private static byte[] instructions(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }
}
