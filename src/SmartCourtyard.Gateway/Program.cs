using SmartCourtyard.Gateway;

return args switch
{
    ["run", .. var options] => await GatewayProgram.RunAsync(options).ConfigureAwait(false),
    ["check", .. var options] => SiteCommand.Check(options, Console.Out, Console.Error),
    ["broker", .. var options] => SiteCommand.Broker(options, Console.Error),
    ["replay", .. var options] => ReplayCommand.Run(options, Console.Out, Console.Error),
    ["pair", .. var options] => await PairCommand.RunAsync(options, Console.Out, Console.Error).ConfigureAwait(false),
    ["version"] => Say(GatewayProgram.Version),
    ["--help" or "-h" or "help"] => Say(Usage()),
    _ => Refuse(),
};

static int Say(string text)
{
    Console.Out.WriteLine(text);
    return 0;
}

static int Refuse()
{
    Console.Error.WriteLine(Usage());
    return 1;
}

static string Usage() => """
    SmartCourtyard gateway: hears the devices of an estate, judges, and hands every alarm to the duty room.

      run                        start; configured by environment variables or appsettings.json beside the program
      check SITE [--json]        read a site file and name every mistake in it (exit code 1 if there is one)
      replay --site SITE --readings FILE [--compare OTHER]
                                 judge recorded readings: the events that this night would have made, or what another site file changes
      broker --site SITE …       write the configuration of the estate's MQTT broker (mosquitto)
      pair [--minutes 4]         let new Zigbee devices in for 1 to 4 minutes, say who comes, and close again
      version                    print the version

    Keys (environment variables write : as __): Gateway:Site, Gateway:DataDirectory, Mqtt:Host|Port|Tls|CaFile|User|Password,
    DutyRoom:Url|Token, Uplink:Mqtt:Host|Port|Tls|CaFile|User|Password (a second way to the duty room), Uplink:Policy (first, both,
    next), Uplink:NextAfter (seconds), Influx:Url|Org|Bucket|Token, Webhooks:0:Kind|Url|Secret|After|Least|Language|Name (who is told
    where the duty room does not store an alarm in time; wecom, dingtalk, feishu, json or cap), Urls (the local API; default
    http://127.0.0.1:8081).
    """;
