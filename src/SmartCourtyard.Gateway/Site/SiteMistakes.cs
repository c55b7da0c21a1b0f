namespace SmartCourtyard.Gateway.Site;

/// <summary>Collects mistakes while a file is read; stops keeping them at a number that nobody would read through.</summary>
internal sealed class SiteMistakes(string file)
{
    private const int MaxKept = 1_000;

    private readonly List<SiteMistake> _kept = [];

    public bool Any => _kept.Count > 0;

    public void Add(YamlNode where, string wrong, string allowed) => Add(where.Line, where.Column, wrong, allowed);

    public void Add(int line, int column, string wrong, string allowed)
    {
        if (_kept.Count < MaxKept)
        {
            _kept.Add(new SiteMistake(file, line, column, wrong, allowed));
        }
    }

    public IReadOnlyList<SiteMistake> Sorted() => [.. _kept.OrderBy(m => m.Line).ThenBy(m => m.Column)];
}
