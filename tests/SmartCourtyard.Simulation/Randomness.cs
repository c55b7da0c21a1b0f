using System.Reflection;
using System.Runtime.InteropServices;

namespace SmartCourtyard.Simulation;

/// <summary>
/// What the runtime takes for random (identities, the jitter of pauses) follows from the seed as well: the two functions by which it
/// asks the kernel are replaced in this process.
/// </summary>
internal static unsafe partial class Randomness
{
    private const int ReadWriteExecute = 7;
    private static readonly FieldInfo SharedState =
        typeof(Random).GetNestedType("ThreadSafeRandom", BindingFlags.NonPublic)?.GetField("t_random", BindingFlags.NonPublic | BindingFlags.Static)
        ?? throw new PlatformNotSupportedException("this runtime keeps the state of Random.Shared elsewhere");

    private static Dice _dice = new(0);

    public static void Install()
    {
        var runtime = NativeLibrary.Load("libSystem.Native", typeof(object).Assembly, null);
        Redirect(NativeLibrary.GetExport(runtime, "SystemNative_GetCryptographicallySecureRandomBytes"), (nint)(delegate* unmanaged<byte*, int, int>)&Secure);
        Redirect(NativeLibrary.GetExport(runtime, "SystemNative_GetNonCryptographicallySecureRandomBytes"), (nint)(delegate* unmanaged<byte*, int, void>)&NotSecure);
        Begin(new Dice(1));
        var once = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        Begin(new Dice(1));
        if (once != Guid.CreateVersion7(DateTimeOffset.UnixEpoch))
        {
            throw new PlatformNotSupportedException("this runtime takes its random bytes from elsewhere");
        }
    }

    /// <summary>From here on random is what these dice throw; to be called on the thread that runs everything.</summary>
    public static void Begin(Dice dice)
    {
        _dice = dice;
        SharedState.SetValue(null, null);
    }

    [UnmanagedCallersOnly]
    private static int Secure(byte* buffer, int length)
    {
        Fill(buffer, length);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void NotSecure(byte* buffer, int length) => Fill(buffer, length);

    public static void Fill(byte* buffer, int length)
    {
        for (var i = 0; i < length; i++)
        {
            buffer[i] = (byte)(_dice.Next() >> 32);
        }
    }

    private static void Redirect(nint function, nint to)
    {
        var code = RuntimeInformation.ProcessArchitecture switch
        {
            // mov rax, to; jmp rax
            Architecture.X64 => (byte[])[0x48, 0xB8, .. BitConverter.GetBytes((long)to), 0xFF, 0xE0],
            // ldr x16, #8; br x16; to
            Architecture.Arm64 => [0x50, 0x00, 0x00, 0x58, 0x00, 0x02, 0x1F, 0xD6, .. BitConverter.GetBytes((long)to)],
            var other => throw new PlatformNotSupportedException($"not written for {other}"),
        };
        var page = function & ~(nint)(Environment.SystemPageSize - 1);
        if (Protect(page, (nuint)(2 * Environment.SystemPageSize), ReadWriteExecute) != 0)
        {
            throw new PlatformNotSupportedException("the runtime's code cannot be changed here");
        }

        code.CopyTo(new Span<byte>((void*)function, code.Length));
        if (NativeLibrary.TryLoad("libgcc_s.so.1", out var library) && NativeLibrary.TryGetExport(library, "__clear_cache", out var clear))
        {
            ((delegate* unmanaged<nint, nint, void>)clear)(function, function + code.Length);
        }
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);
}
