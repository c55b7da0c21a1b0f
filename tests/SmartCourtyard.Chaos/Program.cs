using System.Diagnostics;
using System.Globalization;
using SmartCourtyard.Chaos;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(ChaosOptions.Help);
    return 0;
}

if (ChaosOptions.Read(args, out var mistake) is not { } options)
{
    await Console.Error.WriteLineAsync($"{mistake}; tests/chaos --help lists all options.");
    return 2;
}

Console.WriteLine($"seed {options.Seed}, {options.Minutes.ToString(CultureInfo.InvariantCulture)} min, store {string.Join(", ", options.Stores)}");
Console.WriteLine(await VersionsAsync());
var whole = Verdict.Empty;
foreach (var store in options.Stores)
{
    whole += await Campaign.RunAsync(store, TimeSpan.FromMinutes(options.Minutes / options.Stores.Count), options.Seed);
}

Console.WriteLine($"faults: {whole.FaultsInWords}");
Console.WriteLine(whole);
return whole.IsGood ? 0 : 1;

static async Task<string> VersionsAsync() => string.Join(
    ", ", $".NET {Environment.Version}", await FirstLineAsync("mosquitto", "-h"), $"Linux {await FirstLineAsync("uname", "-r")}",
    $"{Environment.ProcessorCount} processors", $"commit {await FirstLineAsync("git", "-C", AppContext.BaseDirectory, "rev-parse", "--short", "HEAD")}");

static async Task<string> FirstLineAsync(string program, params string[] arguments)
{
    try
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return await process.StandardOutput.ReadLineAsync() ?? program;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return program + " unknown";
    }
}
