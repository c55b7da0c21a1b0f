using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace SmartCourtyard.Hardware;

/// <summary>
/// The machine in the machine: Debian's kernel with simulated hardware, booted once for all scenarios. Emulated, never KVM: a /dev/kvm
/// that opens may still belong to a hypervisor that runs no stock kernel.
/// </summary>
public sealed class Machine : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);
    private string _console = "";

    /// <summary>Why this machine cannot run the guest; null where it can.</summary>
    public static string? WhyNot { get; } = Environment.GetEnvironmentVariable("SMARTCOURTYARD_NO_KERNEL") is { Length: > 0 } told ? told : Missing();

    /// <summary>What the guest said of a scenario: null where it passed.</summary>
    public string? Wrong(string scenario) =>
        !_results.TryGetValue(scenario, out var result) ? "the guest did not get there; its console:\n" + _console
        : result.Length == 0 ? null : result;

    public async Task InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }

        using var qemu = Process.Start(Command())!;
        using var late = new CancellationTokenSource(Longest, TimeProvider.System);
        try
        {
            var errors = qemu.StandardError.ReadToEndAsync(late.Token);
            var console = await qemu.StandardOutput.ReadToEndAsync(late.Token).ConfigureAwait(false);
            _console = console + await errors.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            qemu.Kill();
            _console = $"qemu was still running after {Longest}";
        }

        foreach (var line in _console.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (line.StartsWith("HIL-PASS ", StringComparison.Ordinal))
            {
                _results[line.Split(' ')[1]] = "";
            }
            else if (line.StartsWith("HIL-FAIL ", StringComparison.Ordinal))
            {
                _results[line.Split(' ')[1]] = line[9..].Replace(" ⏎ ", "\n", StringComparison.Ordinal);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "guest-console.txt"), _console).ConfigureAwait(false);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static ProcessStartInfo Command()
    {
        var folder = Folder()!;
        // The programs as they are shipped, compiled ahead, where tests/run has made them.
        var programs = Environment.GetEnvironmentVariable("SMARTCOURTYARD_PROGRAMS") is { Length: > 0 } made ? $"SMARTCOURTYARD_PROGRAMS={made}," : "";
        var run = $"{programs}dotnet,{Path.Combine(AppContext.BaseDirectory, "SmartCourtyard.Hardware.dll")},guest";
        string[] arguments =
        [
            "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "512", "-smp", "2", "-nodefaults", "-no-user-config", "-display", "none",
            "-no-reboot", "-kernel", Path.Combine(folder, "vmlinux"), "-initrd", Path.Combine(folder, "initramfs.cpio"),
            "-append", $"console=ttyS0 quiet loglevel=4 panic=-1 rdinit=/init hil.run={run}", "-serial", "stdio",
            "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        ];
        return new ProcessStartInfo("qemu-system-x86_64", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
    }

    private static string? Missing()
    {
        if (!OnPath("qemu-system-x86_64"))
        {
            return "qemu-system-x86_64 is not installed (package qemu-system-x86)";
        }

        if (AppContext.BaseDirectory.AsSpan().ContainsAny(' ', ','))
        {
            return $"the guest cannot be told a path with a space or a comma: {AppContext.BaseDirectory}";
        }

        return Folder() is null ? "no kernel is prepared: run tests/SmartCourtyard.Hardware/prepare" : null;
    }

    /// <summary>The folder that prepare made from the files as they are now.</summary>
    private static string? Folder()
    {
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".cache");
        var current = Path.Combine(home, "smartcourtyard", "hil-current");
        if (!File.Exists(current))
        {
            return null;
        }

        var folder = Path.Combine(home, "smartcourtyard", "hil-" + File.ReadAllText(current).Trim());
        var version = Path.Combine(folder, "version");
        return File.Exists(version) && File.ReadAllText(version).Trim() == Version() ? folder : null;
    }

    private static string Version()
    {
        var source = Path.Combine(Checkout(), "tests", "SmartCourtyard.Hardware");
        byte[] all = [.. File.ReadAllBytes(Path.Combine(source, "prepare")), .. File.ReadAllBytes(Path.Combine(source, "boot", "init"))];
        return Convert.ToHexStringLower(SHA256.HashData(all))[..16];
    }

    public static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartCourtyard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no SmartCourtyard.sln above " + AppContext.BaseDirectory);
        }

        return folder.FullName;
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => p.Length > 0 && File.Exists(Path.Combine(p, program)));
}
