package dev.lancet.runtime.cluster;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a socket that listens on all addresses of a machine answer at one of them only. TensorFlow's server always
 * listens on all addresses, and has no setting for it. On Linux a socket can have a packet filter (classic BPF, {@code
 * SO_ATTACH_FILTER}); this one drops every packet that was not sent to the one address, so that at the others nobody
 * seems to listen. Accepted connections inherit the filter.
 *
 * @param address the address at which the socket answers
 */
record DestinationAddressFilter(InetAddress address) {

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;

    /** Offsets from here on count from the IP header. */
    private static final int NETWORK_HEADER = -0x100000;

    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_WORD = 0x20;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int VERSION_SHIFT = 4;
    private static final int DESTINATION_4 = 16;
    private static final int DESTINATION_6 = 24;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int PROGRAM_BYTES = 16;

    /** An instruction: if it compares, {@code skip} instructions are left out where the numbers differ. */
    private record Instruction(int code, int skip, int operand) {}

    /**
     * Attaches the filter to all sockets of this process that listen on a port.
     *
     * @return why it cannot, or empty if it is attached
     */
    String attach(int port) throws IOException {
        if (!Platform.isLinux()) {
            return "only Linux can restrict it to one address";
        }
        List<Integer> sockets = ListeningSockets.on(port);
        if (sockets.isEmpty()) {
            return "its socket is not found in /proc";
        }
        for (int socket : sockets) {
            String wrong = attachTo(socket);
            if (!wrong.isEmpty()) {
                return wrong;
            }
        }
        return "";
    }

    private String attachTo(int socket) {
        List<Instruction> program = program();
        try (Memory code = new Memory((long) program.size() * INSTRUCTION_BYTES);
                Memory header = new Memory(PROGRAM_BYTES)) {
            for (int i = 0; i < program.size(); i++) {
                long at = (long) i * INSTRUCTION_BYTES;
                Instruction instruction = program.get(i);
                code.setShort(at, (short) instruction.code());
                code.setByte(at + 2, (byte) 0);
                code.setByte(at + 3, (byte) instruction.skip());
                code.setInt(at + 4, instruction.operand());
            }
            header.clear();
            header.setShort(0, (short) program.size());
            header.setPointer(PROGRAM_BYTES / 2, code);
            Function call = Function.getFunction(Platform.C_LIBRARY_NAME, "setsockopt");
            int result = call.invokeInt(new Object[] {socket, SOL_SOCKET, SO_ATTACH_FILTER, header, PROGRAM_BYTES});
            return result == 0 ? "" : "the system refuses the filter, error " + Native.getLastError();
        } catch (UnsatisfiedLinkError missing) {
            return "JNA has no native library for this system";
        }
    }

    /** Accepts packets of the IP version of the address that were sent to it, and drops all others. */
    private List<Instruction> program() {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        int words = bytes.remaining() / Integer.BYTES;
        int version = words == 1 ? 4 : 6;
        int destination = NETWORK_HEADER + (words == 1 ? DESTINATION_4 : DESTINATION_6);
        List<Instruction> program = new ArrayList<>();
        program.add(new Instruction(LOAD_BYTE, 0, NETWORK_HEADER));
        program.add(new Instruction(SHIFT_RIGHT, 0, VERSION_SHIFT));
        program.add(new Instruction(JUMP_EQUAL, 2 * words + 1, version));
        for (int word = 0; word < words; word++) {
            program.add(new Instruction(LOAD_WORD, 0, destination + word * Integer.BYTES));
            program.add(new Instruction(JUMP_EQUAL, 2 * (words - word) - 1, bytes.getInt()));
        }
        program.add(new Instruction(RETURN, 0, -1));
        program.add(new Instruction(RETURN, 0, 0));
        return program;
    }
}
