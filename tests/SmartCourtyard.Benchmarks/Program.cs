using SmartCourtyard.Benchmarks;

// Each benchmark prints its figures beside the physical floor measured in the same run: only ratios within one run count.
return args switch
{
    ["floor-gateway", var broker, var sink, var folder, var sqlite] => await Floor.RunGatewayAsync(broker, sink, folder, sqlite == "sqlite"),
    ["floor-sink", var port, var folder] => await Floor.RunSinkAsync(port, folder),
    ["latency", .. var options] => await Latency.RunAsync(Number(options, "--alarms", 200), Number(options, "--runs", 3), Number(options, "--load", 50)),
    ["telemetry", .. var options] => await Telemetry.RunAsync(Number(options, "--seconds", 6)),
    ["start", .. var options] => await Startup.RunAsync(Number(options, "--devices", 1_900), Number(options, "--runs", 5)),
    ["decode", .. var options] => Decode.Run(Number(options, "--seconds", 5)),
    ["site", .. var options] => SiteFiles.Run(Number(options, "--devices", 20_000), Number(options, "--runs", 5)),
    ["judge", .. var options] => Judge.Run(Number(options, "--devices", 2_000), Number(options, "--seconds", 5)),
    ["effects", .. var options] when options.Contains("--modbus") => await ModbusEffects.RunAsync(Number(options, "--alarms", 200), Number(options, "--runs", 3)),
    ["effects", .. var options] => await Effects.RunAsync(Number(options, "--alarms", 200), Number(options, "--runs", 3)),
    ["journal", .. var options] => await JournalAppends.RunAsync(Number(options, "--seconds", 3), Number(options, "--runs", 3)),
    ["burst", .. var options] => await Burst.RunAsync(Number(options, "--alarms", 500), Number(options, "--runs", 5)),
    ["crash", .. var options] => await Crashes.RunAsync(Number(options, "--runs", 3)),
    ["wear", .. var options] => await Wear.RunAsync(Number(options, "--devices", 500), Number(options, "--air", 100), Number(options, "--every", 60), Number(options, "--minutes", 10)),
    ["drain", .. var options] => await Drain.RunAsync(Number(options, "--events", 10_000), Number(options, "--runs", 1)),
    [] or ["all"] => await AllAsync(),
    _ => Help(),
};

static async Task<int> AllAsync()
{
    await Latency.RunAsync(200, 3, 50);
    await Latency.RunAsync(200, 3, 4_000);
    await Effects.RunAsync(200, 3);
    await Telemetry.RunAsync(6);
    Decode.Run(5);
    SiteFiles.Run(20_000, 5);
    Judge.Run(2_000, 5);
    await JournalAppends.RunAsync(3, 3);
    await Burst.RunAsync(500, 5);
    await Crashes.RunAsync(3);
    await Drain.RunAsync(10_000, 1);
    return await Startup.RunAsync(1_900, 5);
}

static int Number(string[] options, string name, int otherwise)
    => Array.IndexOf(options, name) is var i and >= 0 && i + 1 < options.Length
        ? int.Parse(options[i + 1], System.Globalization.CultureInfo.InvariantCulture)
        : otherwise;

static int Help()
{
    Console.WriteLine("""
        dotnet run -c Release --project tests/SmartCourtyard.Benchmarks -- [all | latency | telemetry | start | decode | site | judge | effects | journal | burst | crash | wear | drain]

          latency   --alarms 200 --runs 3 --load 50   publish → on the duty room's stream, beside the floor (Mosquitto → disk → HTTP → disk)
          effects   --alarms 200 --runs 3             publish of a smoke message → the siren's command, beside a bare client that passes it on
                    --modbus                        … → the siren's coil, as a slave on TCP sees it
          telemetry --seconds 6                       readings per second into the local history without loss, CPU per 100,000 messages, memory
          decode    --seconds 5                       messages per second on one core and bytes allocated a message, for each device family
          site      --devices 20000 --runs 5          reading and checking a site file of so many devices and a tenth of it, and what its reload costs
          judge     --devices 2000 --seconds 5        readings judged per second on one core and bytes allocated a reading, nothing burning
          journal   --seconds 3 --runs 3              alarms appended a second by 1, 8 and 64 writers, beside SQLite's bare commits on the same disk
          burst     --alarms 500 --runs 5             so many alarms at once: first publish → the last one stored in the duty room
          crash     --runs 3                          alarms lost of 500 confirmed ones when gateway or broker is killed and the duty room is away
          wear      --devices 500 --air 100 --every 60 --minutes 10  bytes that a gateway writes to its disk in a day; so many of its devices
                                                      are air monitors that speak so often, the others battery devices that speak every 10 min
          drain     --events 10000 --runs 1           a gateway killed with so many undelivered events: start → delivery continues → all delivered
          start     --devices 1900 --runs 5           process start → first alarm on the stream, memory when idle
        """);
    return 0;
}
