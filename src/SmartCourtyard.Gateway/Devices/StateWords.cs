using System.Text;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// A field that says by words what is the matter, perhaps several at once. A word that turns one of the field's quantities on
/// says of the others that they are off.
/// </summary>
/// <param name="strict">False where makers use words of their own that do not concern us.</param>
internal sealed class StateWords(string name, (Quantity Quantity, string Words)[] on, string off, string silent = "", bool strict = true)
    : Field(name)
{
    private readonly (Quantity Quantity, byte[][] Words)[] _on = [.. on.Select(o => (o.Quantity, Split(o.Words)))];
    private readonly byte[][] _off = Split(off);
    private readonly byte[][] _silent = Split(silent);

    public override ulong Points => on.Aggregate(0UL, (points, o) => points | PointSet.Of(o.Quantity));

    protected override string Allowed => $"one of {string.Join(' ', on.Select(o => o.Words))} {off} {silent}".TrimEnd();

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (value.Kind != FieldValueKind.Text)
        {
            return !strict;
        }
        bool understood = true, speaks = false;
        ulong turnedOn = 0;
        foreach (Range range in value.Parts())
        {
            ReadOnlySpan<byte> word = value.Part(range);
            ulong quantities = TurnedOnBy(word);
            bool isOff = Matches(word, _off);
            turnedOn |= quantities;
            speaks |= quantities != 0 || isOff;
            understood &= quantities != 0 || isOff || Matches(word, _silent);
        }
        foreach ((Quantity quantity, _) in speaks ? _on : [])
        {
            into.Flag(quantity, turnedOn.Has(quantity));
        }
        return understood || !strict;
    }

    private ulong TurnedOnBy(ReadOnlySpan<byte> word)
    {
        ulong quantities = 0;
        foreach ((Quantity quantity, byte[][] words) in _on)
        {
            quantities |= Matches(word, words) ? PointSet.Of(quantity) : 0;
        }
        return quantities;
    }

    // A word may end in a star: whatever follows names a channel.
    private static bool Matches(ReadOnlySpan<byte> word, byte[][] patterns)
    {
        foreach (byte[] pattern in patterns)
        {
            ReadOnlySpan<byte> stem = pattern.AsSpan().TrimEnd((byte)'*');
            bool open = stem.Length < pattern.Length && word.Length > stem.Length;
            if (Ascii.EqualsIgnoreCase(open ? word[..stem.Length] : word, stem))
            {
                return true;
            }
        }
        return false;
    }

    private static byte[][] Split(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.ASCII.GetBytes)];
}
