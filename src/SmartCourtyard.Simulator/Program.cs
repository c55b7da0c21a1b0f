using System.Runtime.InteropServices;
using SmartCourtyard.Simulator;

if (args is ["--help" or "-h", ..] || args.Contains("--help"))
{
    Console.WriteLine(SimulatorOptions.Usage);
    return 0;
}

if (SimulatorOptions.Read(args, Console.Error) is not { } options)
{
    return 1;
}

if (options.Command == "site")
{
    Console.Write(FukangGarden.SiteFile());
    return 0;
}

if (options.Command == "scenes")
{
    foreach (var scene in Scene.All)
    {
        Console.WriteLine($"{scene.Name,-42} {scene.Chinese}; {scene.English}");
    }

    return 0;
}

var devices = SimulatedDevice.ReadSite(options.Site, out var siteError);
if (siteError is not null)
{
    Console.Error.WriteLine(siteError);
    return 1;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
if (options.Command == "flood")
{
    return await Flood.RunAsync(options, devices, TimeProvider.System, Console.Out, stop.Token);
}

var play = new Play(devices, options.Seed, TimeProvider.System.GetUtcNow());
(string Name, TimeSpan At)[] scenes = options.Command == "scene" ? [(options.SceneName, TimeSpan.Zero)] : [.. options.Scenes];
foreach (var (name, at) in scenes)
{
    if (!play.TryEnter(name, at, options.Speed, out var error))
    {
        Console.Error.WriteLine(error);
        return 1;
    }
}

if (options.Command == "run")
{
    play.PlayQuietDay(options.Rate ?? 1);
    if (options.Every is { } every)
    {
        play.PlayRandomScenes(every, every);
    }
}

return await new Performance(options, play, TimeProvider.System, Console.Out).RunAsync(asBridge: options.Command == "run", stop.Token);
