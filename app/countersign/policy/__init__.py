"""Rules as data: who may pass, who must look."""
