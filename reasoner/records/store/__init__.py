"""
The store: what SPARQL sees of the ledger, projected into named graphs.

The ledger is the system of record, and the store can be deleted at any time: `Projection.follow`
brings it up to the ledger, from nothing if need be. Each entry is written in one update together
with the position that it leads to, so that a process that is killed continues where it was.

    projection = Projection.open("store/", knowledge=knowledge)    # or "http://127.0.0.1:7878"
    projection.follow(ledger)              # at start, and after each append
    projection.snapshot(folder)            # a read-only copy for the workers that run queries

| named graph | contents |
| --- | --- |
| `RECORDS` + subject | the latest version of a case, determination, decision, comment or letter |
| `KNOWLEDGE_BASE/` + digest | a knowledge base: facts, inferences, and each rule as a `prov:Plan` |
| `RECORDS` | what each graph is: `prov:Bundle`, its kind (`dcterms:type`), subject |
|  | (`dcterms:identifier`), version, time, and entry (`prov:hadPrimarySource`) |

A determination has its reasons, and its steps with the rule (`mn:usesRule`), the premises and the
conclusions of each, in the terms in which `mednec decide --format turtle` writes them; the facts
that were concluded are in its graph too. Erased entries have no graph; those of kind `access` and
`erasure` never have one. No actor is in the store.

    names.py                the graphs and the metadata
    graphs.py               an entry as triples
    determination_graph.py  the JSON of a determination as triples
    kept_knowledge.py       knowledge bases as bodies of entries, and back
    places.py               the store on disk or at an endpoint
    projection.py           `Projection`
"""
